import { randomInt } from 'node:crypto';
import type { Database } from '#connections';
import type { Assertion } from './access-tokens.js';

/** A launched tool must let the learner begin within these hours. It gets a message at the end within these hours, if it asked. */
const hours = 12;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const newSessionData = () => Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');

export type Proctored = { attemptId: number; userId: number; generationId: number; session: string };

/** Keeps the launch of an attempt. A new one in the same browser changes nothing. Answers the session data for the tool. */
export async function keepProctoring(database: Database, proctored: Proctored, at: string): Promise<string> {
  const { attemptId, userId, generationId, session } = proctored;
  const { rows } = await database.query(
    `insert into lti_proctorings as before (attempt_id, user_id, generation_id, session, session_data, launched_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (attempt_id) do update set session = excluded.session, launched_at = excluded.launched_at,
       begun_at = case when before.session = excluded.session then before.begun_at end
     returning session_data`,
    [attemptId, userId, generationId, session, newSessionData(), at],
  );
  return rows[0].session_data;
}

export type OpenProctoring = { attemptId: number; generationId: number; sessionData: string };

/** The attempts that this browser launched lately. */
export async function openProctorings(
  database: Database,
  { session, userId }: { session: string; userId: number },
  at: string,
): Promise<OpenProctoring[]> {
  const { rows } = await database.query(
    `select attempt_id::float as "attemptId", generation_id::float as "generationId", session_data as "sessionData"
       from lti_proctorings where user_id = $1 and session = $2
        and launched_at > $3::timestamptz - make_interval(hours => ${hours})`,
    [userId, session, at],
  );
  return rows;
}

/** The tool said that the learner may begin. It counts in the browser of the last launch alone. */
export const beginProctoring = (
  database: Database,
  { attemptId, session }: { attemptId: number; session: string },
  wantsEnd: boolean,
  at: string,
) =>
  database.query(
    `update lti_proctorings set begun_at = $2::timestamptz,
       end_message_until = case when $3 then $2::timestamptz + make_interval(hours => ${hours}) end
      where attempt_id = $1 and session = $4`,
    [attemptId, at, wantsEnd, session],
  );

/** Does the tool want a message when the attempt ends? */
export async function isEndAwaited(database: Database, attemptId: number, at: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'select from lti_proctorings where attempt_id = $1 and end_message_until > $2',
    [attemptId, at],
  );
  return rowCount === 1;
}

/** Did the tool say in this browser that the learner may begin? */
export async function isProctoredIn(database: Database, attemptId: number, session: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'select from lti_proctorings where attempt_id = $1 and session = $2 and begun_at is not null',
    [attemptId, session],
  );
  return rowCount === 1;
}

/** Keeps an assertion's id. False: it was used before. */
export async function useAssertion(database: Database, clientId: string, { jti, until }: Assertion): Promise<boolean> {
  const { rowCount } = await database.query(
    'insert into lti_assertions (client_id, jti, until) values ($1, $2, $3) on conflict do nothing',
    [clientId, jti, until],
  );
  return rowCount === 1;
}

/** Deletes rows that nobody can use any more. */
export async function pruneLti(database: Database): Promise<void> {
  await database.query(`delete from lti_launches where at < now() - interval '1 day'`);
  await database.query(`delete from lti_proctorings where launched_at < now() - interval '60 days'`);
  await database.query('delete from lti_assertions where until < now()');
}
