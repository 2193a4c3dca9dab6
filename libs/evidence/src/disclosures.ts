import type { Database } from '#connections';
import { decryptAll, type FieldOfStream, fieldAtExam } from '#learner-keys';
import type { StoredEvent } from './covered-events.js';

export type Learner = { examId: number; userId: number };

/** A decrypted field of an event. `text` is null once the learner's key was destroyed. */
export type Disclosure = { version: number; sealed: string; text: string | null };

/** Decrypts all that the learner key has encrypted in these events. */
export async function disclosuresOf(
  database: Database,
  learner: Learner,
  events: readonly StoredEvent[],
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

/** Where the text of an event was encrypted for. */
export function locationOf({ type }: { type: string }, learner: Learner): FieldOfStream {
  if (type === 'ReviewReceived') return fieldAtExam(learner, 'review');
  return fieldAtExam(learner, type.startsWith('Allowance') ? 'allowance' : 'reason');
}
