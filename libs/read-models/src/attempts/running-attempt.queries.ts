import type { Database } from '#connections';
import type { Status } from '#domain';

/** An attempt on the board of an exam day. Times are milliseconds since 1970: a board has many, and texts cost more. */
export type RunningAttempt = {
  attemptId: number;
  courseId: string;
  examId: number;
  userId: number;
  username: string;
  fullName: string;
  status: Status;
  takingAsProctored: boolean;
  /** Whether a provider gave it an id. */
  isRegistered: boolean;
  allowedTimeLimitMins: number | null;
  extraSeconds: number;
  startedAt: number | null;
  /** Null unless it runs, and while it is paused. */
  endsAt: number | null;
  /** The time left while it is paused. */
  pausedSecondsLeft: number | null;
  /** Null while it runs. */
  endedAt: number | null;
  polledAt: number | null;
  /** Until when the board shows it; null while it runs. */
  shownUntil: number | null;
};

const settingUp = `status in ('created', 'download_software_clicked', 'ready_to_start')`;
const runs = `status in ('started', 'ready_to_submit')`;
const endedAt = 'coalesce(completed_at, modified)';
/** Running attempts are always shown. A setup is shown for an hour after the learner's last step, an end for 15 minutes. */
const shownUntil = `case when ${settingUp} then modified + interval '1 hour'
                         when not ${runs} then ${endedAt} + interval '15 minutes' end`;

const ms = (time: string) => `round(date_part('epoch', ${time}) * 1000)`;

const selected = (attempts: string) => `
  select attempt.id::float as "attemptId", exam.course_id as "courseId", attempt.exam_id::float as "examId",
         attempt.user_id::float as "userId", coalesce(person.username, '') as username,
         coalesce(person.full_name, '') as "fullName", attempt.status,
         attempt.taking_as_proctored as "takingAsProctored", attempt.external_id is not null as "isRegistered",
         attempt.allowed_time_limit_mins::float as "allowedTimeLimitMins",
         attempt.extra_seconds::float as "extraSeconds", ${ms('started_at')} as "startedAt",
         ${ms('expires_at')} as "endsAt",
         case when ${runs} and paused_at is not null then greatest(0, allowed_time_limit_mins * 60 + extra_seconds + paused_ms / 1000.0
           - date_part('epoch', paused_at) + date_part('epoch', started_at)) end as "pausedSecondsLeft",
         case when not ${runs} and not ${settingUp} then ${ms(endedAt)} end as "endedAt",
         ${ms('poll.polled_at')} as "polledAt", ${ms(shownUntil)} as "shownUntil"
    from (${attempts}) attempt
    join exams exam on exam.id = attempt.exam_id
    left join users person on person.id = attempt.user_id
    left join attempt_polls poll on poll.attempt_id = attempt.id
   where ${runs} or ${shownUntil} > $2`;

// Indexes find them among all attempts of the course. Attempts of more than two days are left out once they have ended.
const exams = 'exam_id = any(array(select id from exams where course_id = $1))';
const ofCourse = `
  select * from attempts where expires_at is not null and ${exams}
   union all
  select * from attempts where paused_at is not null and expires_at is null and ${exams}
   union all
  select * from attempts where expires_at is null and paused_at is null and ${exams}
     and created > $2::timestamptz - interval '2 days'`;

/** A course's attempts that run at this time, that are set up, or that ended a short while ago; by id. */
export async function runningAttempts(database: Database, courseId: string, at: string): Promise<RunningAttempt[]> {
  const text = `${selected(ofCourse)} order by attempt.id`;
  return (await database.query({ name: 'running attempts', text, values: [courseId, at] })).rows;
}

/** Those of these attempts that the board shows. */
export async function runningAttemptsByIds(
  database: Database,
  attemptIds: readonly number[],
  at: string,
): Promise<RunningAttempt[]> {
  const text = selected('select * from attempts where id = any($1::bigint[])');
  return (await database.query({ name: 'running attempts by ids', text, values: [attemptIds, at] })).rows;
}
