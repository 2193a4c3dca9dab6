import type { Database } from '#connections';

/** The answer of the LMS's credit service about a learner in a course (domain.md §3.3, §12). */
export type CreditState = {
  enrollment_mode: string;
  profile_fullname: string;
  student_email: string;
  credit_requirement_status: CreditRequirement[];
  /** Both absent when the course is unknown. */
  course_name?: string;
  course_end_date?: string | null;
};

export type CreditRequirement = {
  namespace: string;
  name: string;
  display_name: string;
  criteria: object;
  reason: object | null;
  status: string | null;
  status_date: string | null;
  order: number;
};

/** When a learner may reach a sequence of the course. */
export type Sequence = { accessible: boolean; scheduled: boolean; effectiveStart: string; due?: string };
export type Outline = { courseEnd?: string; sequences: Map<string, Sequence> };

const longAgo = new Date('2020-01-01T00:00:00Z');
const iso = (at: Date | null | undefined) => at?.toISOString();

/** The learner's credit state; null without an active enrolment. */
export async function creditState(database: Database, userId: number, courseId: string): Promise<CreditState | null> {
  const { rows } = await database.read({
    name: 'credit state',
    text: `select enrollment.mode as enrollment_mode, users.full_name as profile_fullname, users.email as student_email,
            course.display_name as course_name, course.ends_at as course_end_date, coalesce((
              select json_agg(json_build_object(
                       'namespace', namespace, 'name', name, 'display_name', display_name, 'criteria', json_build_object(),
                       'reason', case when status is not null then json_build_object() end, 'status', status,
                       'status_date', to_char(changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                       'order', "order") order by "order", made)
                from credit_requirements
                left join (select * from credit_statuses where user_id = $1) status using (course_id, namespace, name)
               where course_id = $2), '[]') as credit_requirement_status
       from enrollments enrollment join users on users.id = user_id left join courses course using (course_id)
      where user_id = $1 and course_id = $2 and enrollment.is_active`,
    values: [userId, courseId],
  });
  if (!rows[0]) return null;
  const { course_name, course_end_date, ...state } = rows[0];
  return course_name === null ? state : { ...state, course_name, course_end_date: iso(course_end_date) ?? null };
}

/** A statement that sets a learner's status of a requirement. It does nothing if the course has no such requirement. */
export const setCreditStatus = (
  userId: number,
  courseId: string,
  namespace: string,
  name: string,
  status: string,
  at: string,
) => ({
  name: 'set credit status',
  text: `insert into credit_statuses (user_id, course_id, namespace, name, status, changed_at)
         select $1, course_id, namespace, name, $5, $6 from credit_requirements
          where course_id = $2 and namespace = $3 and name = $4 and exists (select from users where id = $1)
         on conflict (user_id, course_id, namespace, name)
         do update set status = excluded.status, changed_at = excluded.changed_at`,
  values: [userId, courseId, namespace, name, status, at],
});

/** A statement that removes a learner's status of a requirement. */
export const removeCreditStatus = (userId: number, courseId: string, namespace: string, name: string) => ({
  name: 'remove credit status',
  text: 'delete from credit_statuses where user_id = $1 and course_id = $2 and namespace = $3 and name = $4',
  values: [userId, courseId, namespace, name],
});

/** SQL that joins the LMS's dates of a content: the learner's own, and the common one. The arguments are SQL. */
export const joinDatesSql = (courseId: string, contentId: string, userId: string) => `
    left join dates own on own.course_id = ${courseId} and own.content_id = ${contentId} and own.user_id = ${userId}
    left join dates common on common.course_id = ${courseId} and common.content_id = ${contentId} and common.user_id is null`;

/** SQL for the due date: the learner's own, else the common one; none if the common one was removed (domain.md §4.1). */
export const dueDateSql =
  'case when common.course_id is null or common.due is not null then coalesce(own.due, common.due) end';

/** Whether the LMS has sent anything about the course, or it has an exam. */
export async function isKnownCourse(database: Database, courseId: string): Promise<boolean> {
  const tables = ['courses', 'exams', 'enrollments', 'course_staff'];
  const text = tables.map((table) => `(select from ${table} where course_id = $1 limit 1)`).join(' union all ');
  const { rowCount } = await database.read({ name: 'known course', text, values: [courseId] });
  return rowCount! > 0;
}

/** The names of these courses, by id. Unknown courses are missing. */
export async function courseNames(database: Database, courseIds: readonly string[]): Promise<Map<string, string>> {
  const text = 'select course_id, display_name from courses where course_id = any($1)';
  const { rows } = await database.read({ name: 'course names', text, values: [courseIds] });
  return new Map(rows.map(({ course_id, display_name }) => [course_id, display_name]));
}

export async function courseEnd(database: Database, courseId: string): Promise<string | undefined> {
  return iso(await ofCourse(database, courseId, 'ends_at'));
}

/**
 * The address for learners' questions about proctoring; null for an unknown course, too. A course with a provider of LTI
 * proctoring has the address of its configuration. Another course has the last one that the LMS sent or staff set on the
 * instructor dashboard.
 */
export async function escalationEmail(database: Database, courseId: string): Promise<string | null> {
  const { rows } = await database.query({
    name: 'escalation email',
    text: `select case when configured.provider is not null then configured.escalation_email
                       when course.told_at > dashboard_email_at then coalesce(course.escalation_email, dashboard_email)
                       else coalesce(dashboard_email, course.escalation_email) end as email
             from (select $1::text as id) asked
             left join courses course on course.course_id = asked.id
             left join course_configurations configured on configured.id = asked.id`,
    values: [courseId],
  });
  return rows[0].email;
}

async function ofCourse(database: Database, courseId: string, column: string) {
  const { rows } = await database.query(`select ${column} as value from courses where course_id = $1`, [courseId]);
  return rows[0]?.value;
}

/** Whether the learner has an enrolment with proctored exams. */
export async function mayTakeProctoredExams(database: Database, userId: number, courseId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'select from enrollments where user_id = $1 and course_id = $2 and includes_proctored',
    [userId, courseId],
  );
  return rowCount === 1;
}

/**
 * These sequences in the course outline of a learner (rest-api.md §5.13 step 5). A sequence without a schedule is open from
 * the start of the course.
 */
export async function outline(
  database: Database,
  courseId: string,
  userId: number,
  contentIds: readonly string[],
  at: string,
): Promise<Outline> {
  const { rows } = await database.query(
    `select distinct on (asked.content_id) asked.content_id, effective_start, due, accessible, scheduled, starts_at, ends_at
       from unnest($3::text[]) asked(content_id)
       left join schedules sequence on sequence.content_id = asked.content_id and sequence.course_id = $1
                                   and (user_id = $2 or user_id is null)
       left join courses on courses.course_id = $1
      order by asked.content_id, user_id nulls last`,
    [courseId, userId, contentIds],
  );
  const now = new Date(at);
  const sequences = rows.map(({ content_id, effective_start, due, accessible, scheduled, starts_at }) => {
    const start: Date = effective_start ?? starts_at ?? longAgo;
    const sequence: Sequence = {
      accessible: accessible ?? (start <= now && (due === null || now <= due)),
      scheduled: scheduled ?? true,
      effectiveStart: start.toISOString(),
      due: iso(due),
    };
    return [content_id, sequence] as const;
  });
  return { courseEnd: iso(rows[0]?.ends_at), sequences: new Map(sequences) };
}
