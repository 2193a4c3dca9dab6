const mebibyte = 1024 * 1024;

/** A server's answer was larger than the limit. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/**
 * Fetches a complete answer of at most `maxBytes`. `signal` covers everything: connecting, waiting and the body. A redirect
 * is an error, because only the operator chooses the address.
 */
export async function fetchWhole(
  url: string,
  init: RequestInit & { signal: AbortSignal },
  maxBytes = 8 * mebibyte,
): Promise<Response> {
  const { body, status, statusText, headers } = await fetch(url, { ...init, redirect: 'error' });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    if (size > maxBytes) throw new AnswerTooLarge(`The answer is larger than ${maxBytes} bytes.`);
    parts.push(part);
  }
  return new Response(parts.length > 0 ? Buffer.concat(parts) : null, { status, statusText, headers });
}
