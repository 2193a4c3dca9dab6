import { HttpAnswer, refused } from '../http-answer.js';

const deepest = 200;

/** A form cannot say false but by leaving a field out. */
export class Form {}

/**
 * Reads a request's body: JSON, a form, or multipart fields; an empty one is `{}`. What cannot be read is answered, not
 * thrown: the reference complains only once something needs the body (rest-api.md §2.5); see `readable`.
 */
export async function readBody(contentType: string, bytes: Buffer): Promise<unknown> {
  if (bytes.length === 0) return {};
  const type = contentType.split(';')[0].trim().toLowerCase();
  if (type === 'application/json') return readJson(textOf(contentType, bytes));
  if (type === 'application/x-www-form-urlencoded') return formOf(new URLSearchParams(bytes.toString()));
  if (type === 'multipart/form-data') return readMultipart(contentType, bytes);
  return refused(415, `Unsupported media type "${contentType}" in request.`);
}

/** The body, if it could be read; throws the complaint otherwise. No body at all is `{}`. */
export function readable(body: unknown): unknown {
  if (body instanceof HttpAnswer) throw body;
  return body === undefined ? {} : body;
}

const formOf = (entries: Iterable<[string, unknown]>) => Object.assign(new Form(), Object.fromEntries(entries));

function readJson(text: string | undefined): unknown {
  if (text === undefined) return refused(400, 'JSON parse error - the text is not in the encoding it says');
  if (text.startsWith('\uFEFF')) return refused(400, 'JSON parse error - Unexpected UTF-8 BOM');
  try {
    const value = JSON.parse(text);
    return Object(value) === value && isDeeperThan(deepest, value)
      ? refused(400, `JSON parse error - nested more than ${deepest} deep`)
      : value;
  } catch (error) {
    return refused(400, `JSON parse error - ${(error as Error).message}`);
  }
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

function isDeeperThan(depth: number, value: unknown): boolean {
  let level = [value];
  for (let reached = 0; level.length > 0; reached++) {
    if (reached > depth) return true;
    level = level.flatMap((each) =>
      Object.values(each as object).filter((inner) => typeof inner === 'object' && inner !== null),
    );
  }
  return false;
}
