import type { FastifyRequest } from 'fastify';
import { checkCsrf, cookieValue } from '../browsers/csrf-tokens.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import type { SurfaceName } from './surfaces.js';

type Request = Pick<FastifyRequest, 'headers' | 'method'>;

/** The token of a request; undefined without one. Throws 403 for a header or a CSRF token that is not valid. */
export const tokenIn = (request: Request, surface?: SurfaceName): string | undefined =>
  surface === 'edx-exams' ? tokenOfExams(request) : (tokenInHeader(request) ?? tokenInCookies(request));

function tokenInHeader({ headers: { authorization = '' } }: Request): string | undefined {
  if (!/^(JWT|Bearer)(\s|$)/i.test(authorization)) return undefined;
  const [, token, ...rest] = authorization.trim().split(/\s+/);
  if (token && rest.length === 0) return token;
  throw refused(403, 'Invalid Authorization header.');
}

function tokenInCookies({ headers, method }: Request): string | undefined {
  if (String(headers['use-jwt-cookie']).toLowerCase() !== 'true') return undefined;
  const token = splitCookies(headers);
  if (token && isWrite(method)) checkCsrf(headers);
  return token;
}

/** edx-exams.md §1.2: other schemes and broken headers count as nothing, and so do cookies without a valid CSRF token. */
function tokenOfExams({ headers, method }: Request): string | undefined {
  const [, inHeader] = /^JWT\s+(\S+)$/i.exec(headers.authorization?.trim() ?? '') ?? [];
  const token = inHeader ?? splitCookies(headers);
  if (inHeader || !token || !isWrite(method)) return token;
  try {
    checkCsrf(headers, cookieValue(headers, 'edx_exams_csrftoken'));
    return token;
  } catch (error) {
    if (error instanceof HttpAnswer) return undefined;
    throw error;
  }
}

/** Open edX's split cookies. Another site can make a browser send them, so a write needs Django's CSRF token, too. */
function splitCookies(headers: Request['headers']): string | undefined {
  const [payload, signature] = ['header-payload', 'signature'].map((part) =>
    cookieValue(headers, `edx-jwt-cookie-${part}`),
  );
  return payload && signature ? `${payload}.${signature}` : undefined;
}

const isWrite = (method: string) => !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
