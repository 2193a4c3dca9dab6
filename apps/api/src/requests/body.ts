import { controlMediaType } from '#lti';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { readJson } from './json.js';

const kib = 1024;
/** The largest body in bytes; a route may allow more. */
export const usualBody = 256 * kib;
/** Lists of exams or learners, reviews with many comments, long errors of browsers. */
export const longBody = 1024 * kib;
/** A whole roster. Only those who may write it get so far. */
export const rosterBody = 10 * 1024 * kib;
/** The JSON of clients has more bytes per value. */
const bytesPerValue = 20;
const mostFields = 1_000;

/** The fields of a form. In a form, an absent field may mean false. */
export class Form {}

/**
 * Reads a request's body: JSON, a form, or multipart fields. An empty body is `{}`. Answers the error of an unreadable body:
 * like the reference, `readable` throws it only when a route needs the body (rest-api.md §2.5).
 */
export async function readBody(contentType: string, bytes: Buffer, largest = usualBody): Promise<unknown> {
  if (bytes.length === 0) return {};
  const type = contentType.replace(/;.*/s, '').trim().toLowerCase();
  if (type === 'application/json' || type === controlMediaType) {
    const text = textOf(contentType, bytes);
    if (text === undefined) return refused(400, 'JSON parse error - the text is not in the encoding it says');
    return readJson(text, Math.floor(largest / bytesPerValue));
  }
  if (type === 'application/x-www-form-urlencoded') {
    if (has(bytes, '&', mostFields)) return tooManyFields();
    return formOf(new URLSearchParams(bytes.toString()));
  }
  if (type === 'multipart/form-data') {
    // Each part has lines of headers.
    if (has(bytes, '\r\n\r\n', mostFields)) return tooManyFields();
    return readMultipart(contentType, bytes);
  }
  return refused(415, `Unsupported media type "${contentType}" in request.`);
}

/** The body; throws the error of an unreadable one. Without a body it is `{}`. */
export function readable(body: unknown): unknown {
  if (body instanceof HttpAnswer) throw body;
  return body === undefined ? {} : body;
}

const formOf = (entries: Iterable<[string, unknown]>) => Object.assign(new Form(), Object.fromEntries(entries));

const tooManyFields = () => refused(400, `Form parse error - more than ${mostFields} fields`);

/** Whether the bytes have this text at least so many times. */
function has(bytes: Buffer, text: string, times: number): boolean {
  let at = -1;
  for (let count = 0; count < times; count++) {
    at = bytes.indexOf(text, at + 1);
    if (at < 0) return false;
  }
  return true;
}

function textOf(contentType: string, bytes: Buffer): string | undefined {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  const decoder = (name: string) => new TextDecoder(name, { fatal: true, ignoreBOM: true });
  try {
    return decoder(charset).decode(bytes);
  } catch (error) {
    return error instanceof RangeError ? textOf('', bytes) : undefined;
  }
}

async function readMultipart(contentType: string, bytes: Buffer): Promise<unknown> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
    return formOf([...form].filter(([, value]) => typeof value === 'string'));
  } catch {
    return refused(400, 'Multipart form parse error - the parts cannot be told apart');
  }
}
