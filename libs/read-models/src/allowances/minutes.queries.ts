import type { Database } from '#connections';
import { additionalMinutesOf, additionalTime } from '#domain';
import { isRowId } from '../rows.js';

/** The additional minutes of a learner at an exam, as edx-exams lists them (edx-exams.md §2). */
export type MinutesRecord = {
  id: number;
  examId: number;
  generationId: number;
  examName: string;
  userId: number;
  minutes: number;
  username: string;
  email: string;
};

/** Allowances of retired learners have no minutes any more. */
const minutesWhere = async (database: Database, name: string, where: string, values: unknown[]) => {
  const text = `
    select allowance.id::float8, exam.id::float8 as "examId", exam.generation_id::float8 as "generationId",
           exam.exam_name as "examName", allowance.user_id::float8 as "userId", allowance.key, allowance.value,
           coalesce(person.username, '') as username, coalesce(person.email, '') as email
      from allowances allowance
      join exams exam on exam.id = allowance.exam_id
      left join users person on person.id = allowance.user_id
     where exam.course_id = $1 and allowance.key = '${additionalTime}' and allowance.value <> '' and ${where}
     order by allowance.id`;
  const { rows } = await database.query({ name, text, values });
  return rows.map(
    ({ key, value, ...record }): MinutesRecord => ({
      ...record,
      minutes: additionalMinutesOf([{ key, value }]),
    }),
  );
};

export const minutesOfCourse = (database: Database, courseId: string): Promise<MinutesRecord[]> =>
  minutesWhere(database, 'minutes of course', 'true', [courseId]);

/** Undefined if the course has no such allowance. */
export const minutesById = async (
  database: Database,
  courseId: string,
  allowanceId: string,
): Promise<MinutesRecord | undefined> =>
  isRowId(allowanceId)
    ? (await minutesWhere(database, 'minutes by id', 'allowance.id = $2', [courseId, allowanceId]))[0]
    : undefined;
