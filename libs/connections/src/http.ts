const mebibyte = 1024 * 1024;

/** An answer of a server was larger than anybody needs. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/**
 * Fetches an answer whole, within the time of `signal` and up to `mostBytes`. The signal counts for all of it: connecting,
 * waiting, and a body that comes byte by byte. A redirect is an error: the operator configured the address, and nobody else
 * chooses another one.
 */
export async function fetchWhole(
  url: string,
  init: RequestInit & { signal: AbortSignal },
  mostBytes = 8 * mebibyte,
): Promise<Response> {
  const { body, status, statusText, headers } = await fetch(url, { ...init, redirect: 'error' });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > mostBytes) throw new AnswerTooLarge(`The answer is larger than ${mostBytes} bytes.`);
    parts.push(part);
  }
  return new Response(parts.length > 0 ? Buffer.concat(parts) : null, { status, statusText, headers });
}
