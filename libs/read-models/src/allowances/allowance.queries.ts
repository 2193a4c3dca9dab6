import type { Database } from '#connections';
import type { Exam } from '#domain';
import { decryptAll, fieldAtExam, isPseudonym } from '#learner-keys';
import { examJson } from '../exams/exam.json.js';
import { fromRow } from '../rows.js';
import { instant } from '../times.js';

/** An allowance with its exam and its learner, as REST shows it. */
export type AllowanceRecord = {
  id: number;
  created: string;
  modified: string;
  user: { id: number; username: string; email: string };
  key: string;
  value: string;
  exam: Exam;
};

const fieldOf = ({ exam_id: examId, user_id: userId }: { exam_id: number; user_id: number }) =>
  fieldAtExam({ examId, userId }, 'allowance');

/** The decrypted values, with one query for all learner keys. Undefined: the learner was retired. */
const valuesOf = async (database: Database, allowances: readonly any[]): Promise<(string | undefined)[]> => {
  const encrypted = allowances.filter(({ value }) => value === null);
  const texts = encrypted.map((each) => ({ userId: each.user_id, sealed: each.sealed, location: fieldOf(each) }));
  const decrypted = new Map((await decryptAll(database, texts)).map((text, index) => [encrypted[index], text]));
  return allowances.map((each) => each.value ?? decrypted.get(each));
};

/** The value of a pseudonym has both the key and the value. */
const keyAndValue = (key: string, value = ''): { key: string; value: string } => {
  if (!isPseudonym(key)) return { key, value };
  const [hiddenKey, hiddenValue] = value ? JSON.parse(value) : ['', ''];
  return { key: hiddenKey, value: hiddenValue };
};

const records = async (database: Database, where: string, values: unknown[]): Promise<AllowanceRecord[]> => {
  const found = await database.query(
    `select to_json(allowance) as allowance, to_json(exam) as exam, person.username, person.email
       from allowances allowance
       join exams exam on exam.id = allowance.exam_id
       left join users person on person.id = allowance.user_id
      where ${where} order by allowance.id`,
    values,
  );
  const plainValues = await valuesOf(
    database,
    found.rows.map(({ allowance }) => allowance),
  );
  return found.rows.map(({ allowance, exam, username, email }, index) => ({
    ...fromRow<AllowanceRecord>(allowance),
    ...keyAndValue(allowance.key, plainValues[index]),
    exam: fromRow<Exam>(exam),
    user: { id: allowance.user_id, username: username ?? '', email: email ?? '' },
  }));
};

export const allowancesOfCourse = (database: Database, courseId: string): Promise<AllowanceRecord[]> =>
  records(database, 'exam.course_id = $1', [courseId]);

export const allowancesAt = (
  database: Database,
  examIds: readonly number[],
  userId: number,
): Promise<AllowanceRecord[]> =>
  records(database, 'allowance.exam_id = any($1::bigint[]) and allowance.user_id = $2', [examIds, userId]);

export const examsWithAllowances = async (database: Database, userId: number): Promise<number[]> => {
  const text = 'select distinct exam_id from allowances where user_id = $1 order by exam_id';
  return (await database.query(text, [userId])).rows.map(({ exam_id }) => Number(exam_id));
};

/** Keys in the reference's order (rest-api.md §3.5). */
export const allowanceJson = (allowance: AllowanceRecord) => ({
  id: allowance.id,
  created: instant(allowance.created),
  modified: instant(allowance.modified),
  user: allowance.user,
  key: allowance.key,
  value: allowance.value,
  proctored_exam: examJson(allowance.exam),
});
