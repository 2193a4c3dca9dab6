import type pg from 'pg';
import type { Attempt, Exam } from '#domain';
import { fromRow, isRowId } from '../rows.js';

/** An attempt with its exam and its learner, as REST shows it. */
export type AttemptRecord = Attempt & {
  /** When its time is over; null unless it runs. */
  expiresAt: string | null;
  exam: Exam;
  user: { id: number; username: string; email: string };
};

const rows = async (
  pool: pg.Pool,
  name: string | undefined,
  clause: string,
  values: unknown[],
): Promise<AttemptRecord[]> => {
  const text = `
    select to_json(attempt) as attempt, to_json(exam) as exam, person.username, person.email
      from attempts attempt
      join exams exam on exam.id = attempt.exam_id
      left join users person on person.id = attempt.user_id
     where ${clause}`;
  const found = await pool.query({ name, text, values });
  return found.rows.map(({ attempt, exam, username, email }) => ({
    ...fromRow<AttemptRecord>(attempt),
    exam: fromRow<Exam>(exam),
    user: { id: attempt.user_id, username: username ?? '', email: email ?? '' },
  }));
};

const newestFirst = 'order by attempt.created desc, attempt.id desc';

export const attemptById = async (pool: pg.Pool, attemptId: number | string): Promise<AttemptRecord | undefined> =>
  isRowId(attemptId) ? (await rows(pool, 'attempt by id', 'attempt.id = $1', [attemptId]))[0] : undefined;

/** The provider's id need not be unique: the caller decides what several mean. */
export const attemptsByExternalId = (pool: pg.Pool, externalId: string): Promise<AttemptRecord[]> =>
  rows(pool, 'attempts by external id', 'attempt.external_id = $1 order by attempt.id', [externalId]);

/** The learner's newest attempt at an exam. */
export const currentAttemptAt = async (
  pool: pg.Pool,
  examId: number,
  userId: number,
): Promise<AttemptRecord | undefined> =>
  (
    await rows(pool, 'current attempt', `attempt.exam_id = $1 and attempt.user_id = $2 ${newestFirst} limit 1`, [
      examId,
      userId,
    ])
  )[0];

/** The learner's newest running attempt in any course. */
export const activeAttemptOf = async (pool: pg.Pool, userId: number): Promise<AttemptRecord | undefined> =>
  (
    await rows(
      pool,
      'active attempt',
      `attempt.user_id = $1 and attempt.status in ('started', 'ready_to_submit') ${newestFirst} limit 1`,
      [userId],
    )
  )[0];

/** The learner's running attempts, newest first; of one course if given. */
export const activeAttemptsOf = (pool: pg.Pool, userId: number, courseId?: string): Promise<AttemptRecord[]> =>
  rows(
    pool,
    'active attempts',
    `attempt.user_id = $1 and attempt.status in ('started', 'ready_to_submit')
       and ($2::text is null or exam.course_id = $2) ${newestFirst}`,
    [userId, courseId ?? null],
  );

export const attemptByCode = async (pool: pg.Pool, attemptCode: string): Promise<AttemptRecord | undefined> =>
  (await rows(pool, 'attempt by code', 'attempt.attempt_code = $1 order by attempt.id limit 1', [attemptCode]))[0];

/** All attempts of a learner at an exam, newest first. */
export const attemptsAt = (pool: pg.Pool, examId: number, userId: number): Promise<AttemptRecord[]> =>
  rows(pool, 'attempts at exam', `attempt.exam_id = $1 and attempt.user_id = $2 ${newestFirst}`, [examId, userId]);

/**
 * All attempts of learners at exams, group by group, newest first in each and of groups. `groups` is a query for the
 * `exam_id` and `user_id` of each.
 */
export const attemptsOfGroups = (pool: pg.Pool, groups: string, values: unknown[]) =>
  rows(
    pool,
    undefined,
    `(attempt.exam_id, attempt.user_id) in (select exam_id, user_id from (${groups}) as asked)
     window one as (partition by attempt.exam_id, attempt.user_id ${newestFirst})
     order by first_value(attempt.created) over one desc, first_value(attempt.id) over one,
              attempt.created desc, attempt.id desc`,
    values,
  );

/** All attempts of a learner, at any exam. */
export const attemptsOf = async (pool: pg.Pool, userId: number | string): Promise<AttemptRecord[]> =>
  !isRowId(userId) ? [] : rows(pool, 'attempts of learner', `attempt.user_id = $1 ${newestFirst}`, [userId]);

/** Running attempts whose time was over before `at`, by that time; those that come after an attempt. */
export const overdueAttempts = (
  pool: pg.Pool,
  at: string,
  after: { expiresAt: string; id: number },
  limit: number,
): Promise<AttemptRecord[]> =>
  rows(
    pool,
    'overdue attempts',
    `attempt.expires_at < $1 and (attempt.expires_at, attempt.id) > ($2::timestamptz, $3::bigint)
     order by attempt.expires_at, attempt.id limit $4`,
    [at, after.expiresAt, after.id, limit],
  );

/** Exams at which a learner's attempt is blocked for the lack of onboarding, in any course (domain.md §7.6). */
export const examsBlockedForOnboarding = async (pool: pg.Pool, userId: number): Promise<number[]> => {
  const text = `select distinct exam_id from attempts where user_id = $1 and status like 'onboarding\\_%'
                   and status <> 'onboarding_reset' order by exam_id`;
  const found = await pool.query({ name: 'exams blocked for onboarding', text, values: [userId] });
  return found.rows.map(({ exam_id }) => Number(exam_id));
};

/** All attempts at an exam, by id. */
export const attemptsOfExam = (pool: pg.Pool, examId: number): Promise<AttemptRecord[]> =>
  rows(pool, 'attempts of exam', 'attempt.exam_id = $1 order by attempt.id', [examId]);

/** The attempts whose last review came in this time, by id; not those that were removed. */
export const reviewedAttempts = (pool: pg.Pool, from: string, until: string): Promise<AttemptRecord[]> =>
  rows(
    pool,
    'reviewed attempts',
    `attempt.id in (select (data->>'attemptId')::bigint from events where type = 'ReviewReceived' group by 1
       having max((data->>'at')::timestamptz) between $1 and $2) order by attempt.id`,
    [from, until],
  );

/** The reviews whose attempt was removed since, by its id. */
export const reviewsOfNoAttempt = async (pool: pg.Pool): Promise<{ attempt: number; code: string }[]> => {
  const { rows } = await pool.query(`
    select distinct (data->>'attemptId')::bigint as attempt, data->>'attemptCode' as code from events
     where type = 'ReviewReceived'
       and not exists (select from attempts where attempts.id = (data->>'attemptId')::bigint) order by attempt`);
  return rows.map(({ attempt, code }) => ({ attempt: Number(attempt), code }));
};
