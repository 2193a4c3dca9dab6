import type { Database } from '#connections';
import type { Status, Timing } from '#domain';

/** An attempt on the board of an exam day. */
export type RunningAttempt = Timing & {
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
  /** Null while it runs. */
  endedAt: string | null;
  polledAt: string | null;
  /** Until when the board shows it; null while it runs. */
  shownUntil: string | null;
};

const settingUp = `status in ('created', 'download_software_clicked', 'ready_to_start')`;
const runs = `status in ('started', 'ready_to_submit')`;
const endedAt = 'coalesce(completed_at, modified)';
/** Running attempts are always shown. A setup is shown for an hour after the learner's last step, an end for 15 minutes. */
const shownUntil = `case when ${settingUp} then modified + interval '1 hour'
                         when not ${runs} then ${endedAt} + interval '15 minutes' end`;

/** Milliseconds are much faster to write and to read than a text, and most rows have several times. */
const ms = (time: string) => `date_part('epoch', ${time}) * 1000`;

const selected = (attempts: string) => `
  select attempt.id::float as "attemptId", exam.course_id as "courseId", attempt.exam_id::float as "examId",
         attempt.user_id::float as "userId", coalesce(person.username, '') as username,
         coalesce(person.full_name, '') as "fullName", attempt.status,
         attempt.taking_as_proctored as "takingAsProctored", attempt.external_id is not null as "isRegistered",
         attempt.allowed_time_limit_mins::float as "allowedTimeLimitMins", ${ms('started_at')} as "startedAt",
         attempt.extra_seconds::float as "extraSeconds", ${ms('paused_at')} as "pausedAt",
         attempt.paused_ms::float as "pausedMs",
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
  return (await database.query({ name: 'running attempts', text, values: [courseId, at] })).rows.map(withInstants);
}

/** Those of these attempts that the board shows. */
export async function runningAttemptsByIds(
  database: Database,
  attemptIds: readonly number[],
  at: string,
): Promise<RunningAttempt[]> {
  const text = selected('select * from attempts where id = any($1::bigint[])');
  const { rows } = await database.query({ name: 'running attempts by ids', text, values: [attemptIds, at] });
  return rows.map(withInstants);
}

const instant = (time: number | null) => (time === null ? null : new Date(Math.round(time)).toISOString());

const withInstants = ({ startedAt, pausedAt, endedAt, polledAt, shownUntil, ...rest }: any): RunningAttempt => ({
  ...rest,
  startedAt: instant(startedAt),
  pausedAt: instant(pausedAt),
  endedAt: instant(endedAt),
  polledAt: instant(polledAt),
  shownUntil: instant(shownUntil),
});
