import type { Database } from '#connections';
import type { Attempt, Exam, Outage } from '#domain';
import { fromRow, isRowId } from '../rows.js';
import { generationOfAttempt } from './attempt-generation.js';

/** An attempt with its exam and its learner, as REST shows it. */
export type AttemptRecord = Attempt & {
  /** When its time is over; null if it does not run. */
  expiresAt: string | null;
  exam: Exam;
  user: { id: number; username: string; email: string };
};

const attemptsWhere = (clause: string, attempts = 'attempts attempt') => `
  select to_json(attempt) as attempt, to_json(exam) as exam, person.username, person.email
    from ${attempts}
    join exams exam on exam.id = attempt.exam_id
    left join users person on person.id = attempt.user_id
   where ${clause}`;

const toRecord = ({ attempt, exam, username, email }: any): AttemptRecord => ({
  ...fromRow<AttemptRecord>(attempt),
  exam: fromRow<Exam>(exam),
  user: { id: attempt.user_id, username: username ?? '', email: email ?? '' },
});

const rows = async (database: Database, name: string, clause: string, values: unknown[]): Promise<AttemptRecord[]> =>
  (await database.read({ name, text: attemptsWhere(clause), values })).rows.map(toRecord);

const isOfCurrentGeneration = `${generationOfAttempt} = exam.generation_id`;
const isOfToolCourse = 'exists (select from course_configurations where id = exam.course_id and provider is not null)';
const isRunningOfLearner = "attempt.user_id = $1 and attempt.status in ('started', 'ready_to_submit')";
const newestFirst = 'order by attempt.created desc, attempt.id desc';

export const attemptById = async (
  database: Database,
  attemptId: number | string,
): Promise<AttemptRecord | undefined> =>
  isRowId(attemptId) ? (await rows(database, 'attempt by id', 'attempt.id = $1', [attemptId]))[0] : undefined;

export const attemptsByIds = (database: Database, ids: readonly number[]): Promise<AttemptRecord[]> =>
  rows(database, 'attempts by id', 'attempt.id = any($1) order by attempt.id', [ids]);

/** Several attempts may have the same provider's id; the caller chooses. */
export const attemptsByExternalId = (database: Database, externalId: string): Promise<AttemptRecord[]> =>
  rows(database, 'attempts by external id', 'attempt.external_id = $1 order by attempt.id', [externalId]);

/** The learner's newest attempt at an exam's current generation. */
export const currentAttemptAt = async (
  database: Database,
  examId: number,
  userId: number,
): Promise<AttemptRecord | undefined> =>
  (
    await rows(
      database,
      'current attempt',
      `attempt.exam_id = $1 and attempt.user_id = $2 and ${isOfCurrentGeneration} ${newestFirst} limit 1`,
      [examId, userId],
    )
  )[0];

/** The learner's newest attempt at a generation of an exam. */
export const attemptAtGeneration = async (
  database: Database,
  { id, examId }: { id: number; examId: number },
  userId: number,
): Promise<AttemptRecord | undefined> =>
  (
    await rows(
      database,
      'attempt at generation',
      `attempt.exam_id = $2 and ${generationOfAttempt} = $1 and attempt.user_id = $3
       ${newestFirst} limit 1`,
      [id, examId, userId],
    )
  )[0];

/** The learner's newest attempt at an active exam of this content, in a course with an LTI tool. Courses may share a content. */
export const newestAttemptAtContent = async (
  database: Database,
  userId: number,
  contentId: string,
): Promise<AttemptRecord | undefined> =>
  (
    await rows(
      database,
      'newest attempt at content',
      `attempt.user_id = $1 and exam.content_id = $2 and exam.is_active and ${isOfCurrentGeneration}
       and ${isOfToolCourse}
       ${newestFirst} limit 1`,
      [userId, contentId],
    )
  )[0];

/** The learner's newest attempt in each generation of an exam. */
export async function newestAttemptIds(
  database: Database,
  userId: number,
): Promise<{ attemptId: number; generationId: number }[]> {
  const { rows: found } = await database.query({
    name: 'newest attempts of learner',
    text: `select distinct on (${generationOfAttempt}) id::float as "attemptId", ${generationOfAttempt}::float as "generationId"
             from attempts attempt where user_id = $1 order by ${generationOfAttempt}, created desc, id desc`,
    values: [userId],
  });
  return found;
}

/** Finds the newest attempt of one of these learners at the current generation of one of these exams. */
export const newestAttempts = async (database: Database, examIds: readonly number[], userIds: readonly number[]) => {
  const { rows: found } = await database.query(
    `select distinct on (exam_id, user_id) to_json(attempt) as attempt
       from attempts attempt join exams exam on exam.id = exam_id and ${isOfCurrentGeneration}
      where exam_id = any($1::bigint[]) and user_id = any($2::bigint[])
      order by exam_id, user_id, created desc, attempt.id desc`,
    [examIds, userIds],
  );
  const attempts = found.map(({ attempt }) => fromRow<Attempt>(attempt));
  const byPair = new Map(attempts.map((attempt) => [`${attempt.examId} ${attempt.userId}`, attempt]));
  return (examId: number, userId: number): Attempt | undefined => byPair.get(`${examId} ${userId}`);
};

/** The learner's newest running attempt in any course. */
export const activeAttemptOf = async (database: Database, userId: number): Promise<AttemptRecord | undefined> =>
  (await rows(database, 'active attempt', `${isRunningOfLearner} ${newestFirst} limit 1`, [userId]))[0];

/** The learner's running attempts in courses with an LTI tool, newest first. */
export const runningAtTools = (database: Database, userId: number): Promise<AttemptRecord[]> =>
  rows(database, 'running at tools', `${isRunningOfLearner} and ${isOfToolCourse} ${newestFirst}`, [userId]);

/** The learner's running attempts in all other courses, newest first. */
export const runningWithoutTool = (database: Database, userId: number): Promise<AttemptRecord[]> =>
  rows(database, 'running without tool', `${isRunningOfLearner} and not ${isOfToolCourse} ${newestFirst}`, [userId]);

/** The learner's running attempts, newest first, in one course if it is given. */
export const activeAttemptsOf = (database: Database, userId: number, courseId?: string): Promise<AttemptRecord[]> =>
  rows(
    database,
    'active attempts',
    `${isRunningOfLearner} and ($2::text is null or exam.course_id = $2) ${newestFirst}`,
    [userId, courseId ?? null],
  );

export const attemptByCode = async (database: Database, attemptCode: string): Promise<AttemptRecord | undefined> =>
  (await rows(database, 'attempt by code', 'attempt.attempt_code = $1 order by attempt.id limit 1', [attemptCode]))[0];

/** All attempts of a learner at an exam, newest first. */
export const attemptsAt = (database: Database, examId: number, userId: number): Promise<AttemptRecord[]> =>
  rows(database, 'attempts at exam', `attempt.exam_id = $1 and attempt.user_id = $2 ${newestFirst}`, [examId, userId]);

/** All attempts of these groups of learner and exam, in the order of `groups`, a query for `exam_id` and `user_id`; newest first in each. */
export const attemptsOfGroups = async (
  database: Database,
  groups: string,
  values: unknown[],
): Promise<AttemptRecord[]> => {
  const text = attemptsWhere(
    'true order by place, attempt.created desc, attempt.id desc',
    `(select exam_id, user_id, row_number() over () as place from (${groups}) as page) as asked
     join attempts attempt on attempt.exam_id = asked.exam_id and attempt.user_id = asked.user_id`,
  );
  return (await database.query(text, values)).rows.map(toRecord);
};

/** Attempts of a course: these; or else those at one exam, or at all, that run now, or that ran in a time. */
export type AttemptSelection = { attemptIds?: readonly number[]; examId?: number; ranIn?: Outage };

/** By id. `most` limits their number. */
export const selectedAttempts = async (
  database: Database,
  courseId: string,
  { attemptIds, examId, ranIn }: AttemptSelection,
  most: number,
): Promise<AttemptRecord[]> => {
  // Without a name, the statement is planned for its values.
  const text = attemptsWhere(`
    exam.course_id = $1 and ($2::bigint[] is null or attempt.id = any($2)) and ($3::bigint is null or exam.id = $3)
    and ($2::bigint[] is not null or attempt.status in ('started', 'ready_to_submit')
         or (attempt.started_at < $5 and coalesce(attempt.completed_at, attempt.modified) > $4))
    and ($5::timestamptz is null or attempt.started_at < $5) order by attempt.id limit $6`);
  const values = [courseId, attemptIds, examId, ranIn?.from, ranIn?.until, most];
  return (await database.query(text, values)).rows.map(toRecord);
};

/** All attempts of a learner, at any exam. */
export const attemptsOf = async (database: Database, userId: number | string): Promise<AttemptRecord[]> =>
  !isRowId(userId) ? [] : rows(database, 'attempts of learner', `attempt.user_id = $1 ${newestFirst}`, [userId]);

/** A learner's attempts at any exam by falling id, from the one before `before` on. */
export const attemptsOfLearnerBefore = (
  database: Database,
  userId: number,
  before: number | null,
  limit: number,
): Promise<AttemptRecord[]> =>
  rows(
    database,
    'attempts of learner before',
    'attempt.user_id = $1 and ($2::bigint is null or attempt.id < $2) order by attempt.id desc limit $3',
    [userId, before, limit],
  );

/** Running attempts whose time was over before `at`, in the order of that time, from the attempt `after` on. */
export const overdueAttempts = (
  database: Database,
  at: string,
  after: { expiresAt: string; id: number },
  limit: number,
): Promise<AttemptRecord[]> =>
  rows(
    database,
    'overdue attempts',
    `attempt.expires_at < $1 and (attempt.expires_at, attempt.id) > ($2::timestamptz, $3::bigint)
     order by attempt.expires_at, attempt.id limit $4`,
    [at, after.expiresAt, after.id, limit],
  );

/** Exams in any course at which a learner's attempt waits for onboarding (domain.md §7.6). */
export const examsBlockedForOnboarding = async (database: Database, userId: number): Promise<number[]> => {
  const text = `select distinct exam_id from attempts where user_id = $1 and status like 'onboarding\\_%'
                   and status <> 'onboarding_reset' order by exam_id`;
  const found = await database.read({ name: 'exams blocked for onboarding', text, values: [userId] });
  return found.rows.map(({ exam_id }) => Number(exam_id));
};

/** All attempts at an exam, by id. */
export const attemptsOfExam = (database: Database, examId: number): Promise<AttemptRecord[]> =>
  rows(database, 'attempts of exam', 'attempt.exam_id = $1 order by attempt.id', [examId]);

/** The attempts whose last review came in this time, by id, without removed attempts. */
export const reviewedAttempts = (database: Database, from: string, until: string): Promise<AttemptRecord[]> =>
  rows(
    database,
    'reviewed attempts',
    `attempt.id in (select (data->>'attemptId')::bigint from events where type = 'ReviewReceived' group by 1
       having max((data->>'at')::timestamptz) between $1 and $2) order by attempt.id`,
    [from, until],
  );

/** The reviews of removed attempts, by the attempt's id. */
export const reviewsOfNoAttempt = async (database: Database): Promise<{ attempt: number; code: string }[]> => {
  const { rows } = await database.query(`
    select distinct (data->>'attemptId')::bigint as attempt, data->>'attemptCode' as code from events
     where type = 'ReviewReceived'
       and not exists (select from attempts where attempts.id = (data->>'attemptId')::bigint) order by attempt`);
  return rows.map(({ attempt, code }) => ({ attempt: Number(attempt), code }));
};
