import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { decodeJwt } from 'jose';
import { type AccessEntry, type AccessOrigin, type AccessOutcome, hashOfToken } from '#access-log';
import type { AccessLog } from './access-log.js';
import { type AccessNote, runWithNote } from './access-note.js';

/**
 * The accesses of a route that go to the access log. Every refusal does (401, 403), on every route.
 * `always`: each request. `others`: a request about another person than the caller; the route names the person (`noteSubject`).
 * `export`: each request, before the first byte is sent, and again with the number of rows at the end.
 * `refusals`: refusals alone, because the answer has no personal data, or only the caller's own.
 */
export type Logged = 'always' | 'others' | 'export' | 'refusals';

declare module 'fastify' {
  interface FastifyRequest {
    access?: AccessNote;
  }
  interface FastifyContextConfig {
    logs?: Logged;
  }
}

export function logAccess(fastify: FastifyInstance, log: AccessLog): void {
  fastify.addHook('preHandler', (request, _reply, done) => {
    const { logs = 'refusals' } = request.routeOptions.config;
    if (logs === 'refusals') return done();
    const begin = () => log.record({ ...accessOriginOf(request), outcome: 'begun', objects: objectsOf(request) });
    request.access = { userIds: [], objects: [], begin };
    runWithNote(request.access, done);
  });
  fastify.addHook('preSerialization', (request, _reply, payload, done) => {
    if (request.access) request.access.rows ??= rowsOf(payload);
    done(null, payload);
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const entry = entryOf(request, reply.statusCode);
    if (!entry) return done(null, payload);
    const stored = isAwaited(request, entry) ? log.record(entry) : log.recordLater(entry);
    if (!stored) return done(null, payload);
    // A failure keeps its own answer.
    const isFailure = reply.statusCode >= 500;
    stored.then(
      () => done(null, payload),
      () => done(null, isFailure ? payload : unrecorded(reply)),
    );
  });
  fastify.addHook('onResponse', (request, { statusCode }, done) => {
    const entry = isExport(request) && request.access?.rows !== undefined ? entryOf(request, statusCode) : undefined;
    if (entry) log.recordLater({ ...entry, rows: request.access!.rows })?.catch(() => {});
    done();
  });
  // By now all requests are answered, and the database is still open.
  fastify.addHook('onClose', () => log.close());
}

export const isWrite = ({ method }: FastifyRequest): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);

const isExport = ({ routeOptions, access }: FastifyRequest): boolean =>
  routeOptions.config.logs === 'export' || access?.isExport === true;

/** An export is recorded before the answer, and so is a write that was not recorded when it began. */
const isAwaited = (request: FastifyRequest, { outcome }: AccessEntry): boolean =>
  outcome !== 'refused' && (isExport(request) || (isWrite(request) && !request.access?.hasBegun));

/** An access that cannot be recorded is not answered. */
function unrecorded(reply: FastifyReply): string {
  reply.code(503).removeHeader('Content-Length').removeHeader('ETag');
  reply.headers({ 'Content-Type': 'application/json', 'Retry-After': '5', 'Cache-Control': 'no-store' });
  return JSON.stringify({ detail: 'This access could not be recorded. If it was a change, it may have been done.' });
}

/** Undefined when there is nothing to record. */
export function entryOf(request: FastifyRequest, status: number): AccessEntry | undefined {
  const { url = '', config } = request.routeOptions;
  if (request.is404 || (!url.startsWith('/api/') && config.logs === undefined)) return undefined;
  const outcome = outcomeOf(request, status);
  if (outcome !== 'refused' && !isRecorded(request, status, config.logs)) return undefined;
  return {
    ...accessOriginOf(request),
    outcome,
    status,
    objects: objectsOf(request),
    rows: status < 300 && !isExport(request) ? request.access?.rows : undefined,
  };
}

function isRecorded({ method, user, access }: FastifyRequest, status: number, logs: Logged = 'refusals'): boolean {
  if (logs === 'refusals' || method === 'OPTIONS') return false;
  if (logs !== 'others') return true;
  // Many routes answer 400 if an object does not exist, as the reference does.
  const isMissing = (status === 400 || status === 404) && (user?.isStaff === true || user?.isSuperuser === true);
  return isMissing || (access?.userIds.some((userId) => userId !== user?.userId) ?? false);
}

function outcomeOf({ access }: FastifyRequest, status: number): AccessOutcome {
  if (access?.outcome) return access.outcome;
  if (status === 401 || status === 403) return 'refused';
  if (status === 404) return 'not found';
  return status < 400 ? 'done' : 'failed';
}

export const accessOriginOf = (request: FastifyRequest): AccessOrigin => ({
  action: `${request.method} ${request.routeOptions.url}`,
  requestId: request.id,
  tokenId: tokenIdOf(request),
  userId: request.user?.userId ?? request.access?.callerId,
});

/** The token's own id, if the token is verified and the id cannot name a person; otherwise a hash of the token. */
function tokenIdOf({ headers, user }: FastifyRequest): string | undefined {
  const token =
    /^(?:JWT|Bearer)\s+(\S+)$/i.exec(headers.authorization?.trim() ?? '')?.[1] ??
    (headers['use-jwt-cookie'] ? headers.cookie : undefined);
  if (!token) return undefined;
  const jti = user && !headers['use-jwt-cookie'] ? decodeJwt(token).jti : undefined;
  if (typeof jti === 'string' && /^[\w-]{1,64}$/.test(jti)) return jti;
  return hashOfToken(token);
}

const kinds: Record<string, string> = { userId: 'user', attemptId: 'attempt', examId: 'exam', callbackId: 'callback' };

/** The whole numbers and courses in the path, which cannot name a person, and the objects that the route noted. */
function objectsOf({ params, access }: FastifyRequest): string[] {
  const inPath = Object.entries((params ?? {}) as Record<string, string>).flatMap(([name, value]) => {
    if (kinds[name] && /^\d{1,15}$/.test(value)) return `${kinds[name]}:${Number(value)}`;
    return name === 'courseId' && /^[\w.:+~/-]{1,255}$/.test(value) ? `course:${value}` : [];
  });
  const subjects = access?.userIds.map((userId) => `user:${userId}`) ?? [];
  return [...new Set([...inPath, ...subjects, ...(access?.objects ?? [])])].slice(0, 100);
}

/** The items of a list, or of a page of one. */
function rowsOf(payload: unknown): number {
  if (Array.isArray(payload)) return payload.length;
  const list = Object(payload).results ?? Object(payload).events;
  return Array.isArray(list) ? list.length : 1;
}
