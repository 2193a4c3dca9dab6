import type { Database } from '#connections';
import { streamOfAttempt } from '#read-models';

/** The stream, exam and learner of an attempt, also of a removed one. @throws Error if it never existed */
export async function existingAttempt(database: Database, attempt: number) {
  const found = await streamOfAttempt(database, String(attempt));
  if (!found) throw new Error(`There is no attempt ${attempt}.`);
  return found;
}
