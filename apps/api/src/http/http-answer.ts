import { NotFoundException } from '@nestjs/common';

/**
 * Ends a request with this answer. `body`: an object is sent as it is, a text as a JSON string, undefined as an empty
 * body.
 */
export class HttpAnswer extends Error {
  constructor(
    readonly status: number,
    readonly body?: object | string,
    readonly headers: Record<string, string> = {},
  ) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

/** The usual shape of an error: `{"detail": …}`. */
export const refused = (status: number, detail: string, headers?: Record<string, string>) =>
  new HttpAnswer(status, { detail }, headers);

/** Gives what a look-up found. @throws NotFoundException if it found nothing */
export function existing<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new NotFoundException();
  return found;
}
