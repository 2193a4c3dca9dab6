import type { IncomingHttpHeaders } from 'node:http';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { sendAsGiven } from '../server.js';

export type Reply = {
  status: number;
  headers: IncomingHttpHeaders;
  /** JSON, parsed; else the text; null if there is none. */
  body: any;
  /** The header Location; with a query if it leads to a tool. */
  location?: string | { url: string; query: Record<string, string> };
};

export async function send(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<Reply> {
  const answer = await sendAsGiven(port, { method, path, headers, body });
  return {
    status: answer.status,
    headers: answer.headers,
    body: parsed(answer.headers['content-type'] ?? '', answer.text),
    location: locationOf(answer.headers.location),
  };
}

function parsed(type: string, text: string): unknown {
  if (text === '') return null;
  if (/json/.test(type)) return withDecodedTokens(JSON.parse(text));
  return type.startsWith('text/html') ? { html: pageOf(text) } : text;
}

/** The parts of a page that the recordings compare. */
function pageOf(text: string) {
  const [, action] = /<form[^>]* action="([^"]*)"/.exec(text) ?? [];
  const [, refresh] = /<meta http-equiv="refresh" content="([^"]*)"/i.exec(text) ?? [];
  const inputs = [...text.matchAll(/<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"/g)];
  const fields = Object.fromEntries(inputs.map(([, name, value]) => [name, unescaped(value!)]));
  return {
    text,
    ...(action && { action: unescaped(action), fields: withDecodedTokens(fields) }),
    ...(refresh && { refresh: unescaped(refresh) }),
  };
}

const unescaped = (text: string) =>
  text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, code) => String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)))
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** The recordings show tokens decoded. */
function withDecodedTokens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDecodedTokens);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withDecodedTokens(each)]));
  if (typeof value !== 'string' || !/^eyJ[\w-]*\.eyJ[\w-]*\.[\w-]+$/.test(value)) return value;
  return { jwt_header: decodeProtectedHeader(value), jwt_payload: decodeJwt(value), token: value };
}

function locationOf(text: string | undefined): Reply['location'] {
  if (!text?.includes('?')) return text;
  const url = new URL(text, 'https://exams.example.com');
  return { url: url.origin + url.pathname, query: Object.fromEntries(url.searchParams) };
}
