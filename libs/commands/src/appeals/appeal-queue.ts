import { countedPage, type Database, type PageOf } from '#connections';
import { judgementOf } from '#domain';
import type { EventStore } from '#event-store';
import { learnerAtExamStream } from '../streams.js';

/** The last appeal at an attempt. `canAnswer`: this person is not the learner and has not judged the attempt. */
export type QueuedAppeal = {
  attemptId: number;
  examId: number;
  userId: number;
  examName: string;
  username: string;
  email: string;
  status: string;
  madeAt: string;
  answerBy: string;
  answer: { isUpheld: boolean; at: string; answeredBy: number } | null;
  canAnswer: boolean;
};

export const appealStates = ['open', 'answered'] as const;
export type AppealState = (typeof appealStates)[number];

/** A page of a course's appeals, and their number. Open appeals come first, by the promised day; then the last answers. */
export async function appealQueue(
  { database, events }: { database: Database; events: EventStore },
  courseId: string,
  { staffId, state, examId }: { staffId: number; state?: AppealState; examId?: number },
  pageOf: PageOf,
): Promise<{ count: number; appeals: QueuedAppeal[] }> {
  const filtered = [courseId, state ?? null, examId ?? null];
  const { count, paging, values } = await countedPage(database, `from (${lastAppeals}) found`, filtered, pageOf);
  const { rows } = await database.query(
    `select found.*, users.username, users.email from (${lastAppeals}) found left join users on users.id = user_id
      order by is_open desc, case when is_open then made->>'answerBy' end, last->>'at' desc, attempt_id ${paging}`,
    values,
  );
  const histories = await events.readMany(rows.filter(({ is_open }) => is_open).map(streamOf));
  return {
    count,
    appeals: rows.map((row) => {
      const learner = { attemptId: Number(row.attempt_id), examId: Number(row.exam_id), userId: Number(row.user_id) };
      const judges = judgementOf(histories.get(streamOf(row)) ?? [], learner.attemptId)?.judges ?? [];
      return {
        ...learner,
        examName: row.exam_name,
        username: row.username ?? '',
        email: row.email ?? '',
        status: row.status,
        madeAt: row.made.at,
        answerBy: row.made.answerBy,
        answer: row.is_open ? null : answerOf(row),
        canAnswer: row.is_open && staffId !== learner.userId && !judges.includes(staffId),
      };
    }),
  };
}

type Row = { exam_id: string; user_id: string; last_type: string; last: { answeredBy: number; at: string } };

const streamOf = ({ exam_id, user_id }: Row) =>
  learnerAtExamStream({ examId: Number(exam_id), userId: Number(user_id) });

const answerOf = ({ last_type, last: { at, answeredBy } }: Row) => ({
  isUpheld: last_type === 'AppealUpheld',
  at,
  answeredBy,
});

/** An attempt that was removed has nothing to answer. */
const lastAppeals = `
  with appeals as (
    select (data->>'attemptId')::bigint as attempt_id,
           (array_agg(data order by version desc) filter (where type = 'AppealMade'))[1] as made,
           (array_agg(data order by version desc))[1] as last,
           (array_agg(type order by version desc))[1] as last_type
      from events
     where type in ('AppealMade', 'AppealUpheld', 'AppealDismissed') and metadata->>'courseId' = $1
     group by stream, data->>'attemptId'
  )
  select appeals.*, last_type = 'AppealMade' as is_open, attempts.exam_id, attempts.user_id, attempts.status, exam_name
    from appeals join attempts on attempts.id = attempt_id join exams on exams.id = exam_id
   where ($2::text is null or ($2 = 'open') = (last_type = 'AppealMade')) and ($3::bigint is null or exam_id = $3)`;
