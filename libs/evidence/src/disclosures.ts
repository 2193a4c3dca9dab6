import { hash } from 'node:crypto';
import type { Database } from '#connections';
import { decryptAll, encryptsTo, type FieldOfStream, fieldAtExam, isRetired } from '#learner-keys';
import { type EventText, eventTexts } from './covered-events.js';

export type Learner = { examId: number; userId: number };

/** A decrypted field of an event. `text` is null once the learner's key was destroyed. */
export type Disclosure = { version: number; sealed: string; text: string | null };

/** Decrypts all that the learner key has encrypted in these events. */
export async function disclosuresOf(
  database: Database,
  learner: Learner,
  events: readonly EventText[],
): Promise<Disclosure[]> {
  const encrypted = events.flatMap((event) => {
    const { sealed } = JSON.parse(event.hashed).data;
    return typeof sealed === 'string' ? [{ sealed, version: event.version, location: locationOf(event, learner) }] : [];
  });
  const texts = await decryptAll(
    database,
    encrypted.map(({ sealed, location }) => ({ userId: learner.userId, sealed, location })),
  );
  return encrypted.map(({ version, sealed }, index) => ({ version, sealed, text: texts[index] ?? null }));
}

/**
 * The versions of disclosed texts that do not encrypt to the text in the log, with the learner key and the event's own
 * initialization vector. The hash of an event covers its encrypted text.
 * @throws Error after the key was destroyed
 */
export async function falseDisclosures(
  database: Database,
  { stream, ...learner }: Learner & { stream: string },
  given: readonly Disclosure[],
): Promise<number[]> {
  if (await isRetired(database, learner.userId))
    throw new Error('The learner key was destroyed, so no text can be compared any more.');
  const events = new Map((await eventTexts(database, stream)).map((event) => [event.version, event]));
  const found: number[] = [];
  for (const { version, sealed, text } of given) {
    const event = events.get(version);
    const isRight =
      event &&
      typeof text === 'string' &&
      hash('sha256', event.hashed) === event.hash &&
      JSON.parse(event.hashed).data.sealed === sealed &&
      (await encryptsTo(database, learner.userId, text, sealed, locationOf(event, learner)));
    if (!isRight) found.push(version);
  }
  return found;
}

/** The field that the text of an event was encrypted for. */
function locationOf({ type }: { type: string }, learner: Learner): FieldOfStream {
  if (type === 'ReviewReceived') return fieldAtExam(learner, 'review');
  if (type === 'MessageSent') return fieldAtExam(learner, 'message');
  return fieldAtExam(learner, type.startsWith('Allowance') ? 'allowance' : 'reason');
}
