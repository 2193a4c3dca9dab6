import { Logger } from '@nestjs/common';
import { type CallbackOrigin, quarantine } from '#commands';
import type { Database } from '#connections';
import { Refusal } from '#domain';
import { beginAccess, noteObject, noteOutcome, noteSubject } from '../access/access-note.js';
import { HttpAnswer } from '../http/http-answer.js';

const log = new Logger('Reviews');

/** Receives a review. If it is refused for its content, attempt or exam, it is kept, so that an operator can try it again. */
export async function withQuarantine(
  database: Database,
  callback: CallbackOrigin & { bytes: Buffer },
  receive: () => Promise<void>,
): Promise<void> {
  if (callback.userId !== undefined) noteSubject(callback.userId);
  if (callback.provider !== undefined) noteObject('provider', callback.provider);
  await beginAccess();
  try {
    await receive();
    noteOutcome('accepted');
  } catch (error) {
    if (error instanceof Refusal || (error instanceof HttpAnswer && [400, 412].includes(error.status))) {
      const { bytes, ...more } = callback;
      const isKept = await quarantine(database, { ...more, body: bytes.toString(), reason: reasonOf(error) });
      noteOutcome(isKept ? 'quarantined' : 'refused');
      const { route, externalId, userId } = callback;
      // An unknown id may be any text.
      log.warn({ message: 'A review was refused.', route, ...(userId === undefined ? {} : { externalId }), isKept });
    }
    throw error;
  }
}

const reasonOf = (error: Refusal | HttpAnswer): string =>
  error instanceof Refusal ? error.message : String(Object(error.body).detail ?? error.body);
