import { randomBytes } from 'node:crypto';
import type { Database } from '#connections';

export type LaunchMessage = 'start' | 'end' | 'instructor';

/** A launch that a browser takes to a tool and back. `attemptId` is null for course staff. */
export type BegunLaunch = {
  session: string;
  userId: number;
  message: LaunchMessage;
  generationId: number;
  attemptId: number | null;
};

const validSeconds = 600;

/** Begins a launch. Answers its hint, which nobody can guess. */
export async function beginLaunch(database: Database, launch: BegunLaunch, at: string): Promise<string> {
  const hint = randomBytes(32).toString('base64url');
  const { session, userId, message, generationId, attemptId } = launch;
  await database.query(
    `insert into lti_launches (hint, session, user_id, message, generation_id, attempt_id, at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [hint, session, userId, message, generationId, attemptId, at],
  );
  return hint;
}

const isOpen = `hint = $1 and used_at is null and at > $2::timestamptz - make_interval(secs => ${validSeconds})`;

/** The launch of a hint that may still be used. */
export async function openLaunch(database: Database, hint: string, at: string): Promise<BegunLaunch | undefined> {
  const { rows } = await database.query(
    `select session, user_id::float as "userId", message, generation_id::float as "generationId",
            attempt_id::float as "attemptId"
       from lti_launches where ${isOpen}`,
    [hint, at],
  );
  return rows[0];
}

/** Uses the launch up. False: another request was faster. */
export async function useLaunch(database: Database, hint: string, at: string): Promise<boolean> {
  return (await database.query(`update lti_launches set used_at = $2 where ${isOpen}`, [hint, at])).rowCount === 1;
}
