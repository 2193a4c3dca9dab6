import { countedPage, type Database, type PageOf } from '#connections';
import { generationOfAttempt } from './attempt-generation.js';

/** An attempt as course staff see it on the surface of edx-exams, with its control result. Times are ISO instants. */
export type ExamAttemptRecord = {
  id: number;
  status: string;
  startedAt: string | null;
  completedAt: string | null;
  allowedTimeLimitMins: number | null;
  username: string;
  /** Null: the tool reported nothing. */
  control: { severity: number | null; reasonCode: string | null; incidentAt: string | null } | null;
};

const atGeneration = `attempt.exam_id = $1 and ${generationOfAttempt} = $2`;
const learners = `from (select attempt.user_id from attempts attempt where ${atGeneration} group by attempt.user_id) learners`;

/**
 * A page of the newest attempt of each learner at one generation of an exam, newest first, and their number. The page is cut
 * before its rows are joined.
 */
export async function attemptsOfGeneration(
  database: Database,
  { id, examId }: { id: number; examId: number },
  pageOf: PageOf,
): Promise<{ count: number; attempts: ExamAttemptRecord[] }> {
  const { count, paging, values } = await countedPage(database, learners, [examId, id], pageOf);
  const { rows } = await database.query(
    `select page.id::float8, page.status, iso_time(page.started_at) as "startedAt",
            iso_time(page.completed_at) as "completedAt", page.allowed_time_limit_mins::float8 as "allowedTimeLimitMins",
            coalesce(person.username, '') as username,
            case when control.id is not null then jsonb_build_object('severity', control.severity,
              'reasonCode', control.reason_code, 'incidentAt', iso_time(control.incident_at)) end as control
       from (select attempt.* from attempts attempt
              where ${atGeneration}
                and not exists (
                  select from attempts newer
                   where newer.user_id = attempt.user_id and newer.exam_id = attempt.exam_id
                     and coalesce(newer.generation_id, newer.exam_id) = $2
                     and (newer.created, newer.id) > (attempt.created, attempt.id))
              order by attempt.created desc, attempt.id desc ${paging}) page
       left join users person on person.id = page.user_id
       left join control_results control on control.id = page.id
      order by page.created desc, page.id desc`,
    values,
  );
  return { count, attempts: rows };
}
