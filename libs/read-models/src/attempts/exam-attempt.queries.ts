import { countedPage, type Database, type PageOf } from '#connections';

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

/** The newest attempt of each learner at one generation of an exam. */
const ofGeneration = `
  from attempts attempt
  left join users person on person.id = attempt.user_id
  left join control_results control on control.id = attempt.id
 where attempt.exam_id = $1 and coalesce(attempt.generation_id, attempt.exam_id) = $2
   and not exists (
     select from attempts newer
      where newer.user_id = attempt.user_id and newer.exam_id = attempt.exam_id
        and coalesce(newer.generation_id, newer.exam_id) = $2
        and (newer.created, newer.id) > (attempt.created, attempt.id))`;

/** A page of these attempts, newest first, and their number. */
export async function attemptsOfGeneration(
  database: Database,
  { id, examId }: { id: number; examId: number },
  pageOf: PageOf,
): Promise<{ count: number; attempts: ExamAttemptRecord[] }> {
  const { count, paging, values } = await countedPage(database, ofGeneration, [examId, id], pageOf);
  const { rows } = await database.query(
    `select attempt.id::float8, attempt.status, iso_time(attempt.started_at) as "startedAt",
            iso_time(attempt.completed_at) as "completedAt", attempt.allowed_time_limit_mins::float8 as "allowedTimeLimitMins",
            coalesce(person.username, '') as username,
            case when control.id is not null then jsonb_build_object('severity', control.severity,
              'reasonCode', control.reason_code, 'incidentAt', iso_time(control.incident_at)) end as control
     ${ofGeneration} order by attempt.created desc, attempt.id desc ${paging}`,
    values,
  );
  return { count, attempts: rows };
}
