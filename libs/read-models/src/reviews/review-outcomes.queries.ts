import type { Database } from '#connections';

// Each statement counts in one scan of one table, so that a course with 100,000 attempts is counted in well under 100 ms.
// date_part counts in floating point, which costs less than the exact numbers of extract.

/** How many proctored attempts at an exam have a status. `days` is how long they wait for a review, null if they do not. */
export type StatusCount = {
  examId: number;
  status: string;
  days: number | null;
  attempts: number;
  oldest: string | null;
};

export const statusCounts = (database: Database, examIds: readonly number[], at: string): Promise<StatusCount[]> =>
  rows(
    database,
    'status counts',
    `select exam_id as "examId", status, days, count(*) as attempts, min(since) as oldest
       from attempts, lateral (
         select case when status in ('submitted', 'timed_out') then coalesce(completed_at, modified) end as since
       ) as waiting, lateral (select floor(date_part('epoch', $2::timestamptz - since) / 86400)::int as days) as age
      where exam_id = any($1) and taking_as_proctored group by exam_id, status, days`,
    [examIds, at],
  );

/** How many attempts at an exam had their first review in this hour after they were handed in; 0 is the first hour. */
export type ReviewHours = { examId: number; hours: number; attempts: number };

export const reviewHours = (database: Database, examIds: readonly number[]): Promise<ReviewHours[]> =>
  rows(
    database,
    'review hours',
    `select exam_id as "examId", greatest(0, date_part('epoch', reviewed_at - submitted_at)::int / 3600) as hours,
            count(*) as attempts
       from review_times where exam_id = any($1) and reviewed_at is not null and submitted_at is not null
      group by exam_id, hours order by hours`,
    [examIds],
  );

/** How many attempts were handed in, and how many had their first review, on a day in UTC. */
export type ReviewDay = { day: string; submitted: number; reviewed: number };

/** The days from `since` on, in order, without days on which nothing happened. */
export const reviewDays = (database: Database, examIds: readonly number[], since: string): Promise<ReviewDay[]> =>
  rows(
    database,
    'review days',
    `select to_char(day, 'YYYY-MM-DD') as day, sum(submitted) as submitted, sum(reviewed) as reviewed from (
       select (submitted_at at time zone 'utc')::date as day, count(*) as submitted, 0 as reviewed from review_times
        where exam_id = any($1) and submitted_at >= $2 group by 1
       union all
       select (reviewed_at at time zone 'utc')::date, 0, count(*) from review_times
        where exam_id = any($1) and reviewed_at >= $2 group by 1
     ) as counts group by day order by day`,
    [examIds, since],
  );

/** PostgreSQL gives 64-bit numbers as text, and as numbers in JSON. */
const rows = async <Row>(database: Database, name: string, text: string, values: unknown[]): Promise<Row[]> =>
  (await database.query({ name, text: `select to_json(counts) as row from (${text}) as counts`, values })).rows.map(
    ({ row }) => row,
  );
