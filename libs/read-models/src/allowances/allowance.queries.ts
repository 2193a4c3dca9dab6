import { countedPage, type Database, type PageOf } from '#connections';
import type { Exam } from '#domain';
import { decryptAll, fieldAtExam, isPseudonym } from '#learner-keys';
import { examJson } from '../exams/exam.json.js';
import { personLike } from '../lists.js';
import { fromRow } from '../rows.js';
import { instant } from '../times.js';

/** An allowance with its exam and its learner, as REST shows it. */
export type AllowanceRecord = {
  id: number;
  created: string;
  modified: string;
  user: { id: number; username: string; email: string; fullName: string };
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

const joined = `
  from allowances allowance
  join exams exam on exam.id = allowance.exam_id
  left join users person on person.id = allowance.user_id`;

const records = async (
  database: Database,
  where: string,
  values: unknown[],
  order = 'allowance.id',
): Promise<AllowanceRecord[]> => {
  const found = await database.query(
    `select to_json(allowance) as allowance, to_json(exam) as exam, person.username, person.email,
            person.full_name ${joined} where ${where} order by ${order}`,
    values,
  );
  const plainValues = await valuesOf(
    database,
    found.rows.map(({ allowance }) => allowance),
  );
  return found.rows.map(({ allowance, exam, username, email, full_name }, index) => ({
    ...fromRow<AllowanceRecord>(allowance),
    ...keyAndValue(allowance.key, plainValues[index]),
    exam: fromRow<Exam>(exam),
    user: { id: allowance.user_id, username: username ?? '', email: email ?? '', fullName: full_name ?? '' },
  }));
};

export const allowancesOfCourse = (database: Database, courseId: string): Promise<AllowanceRecord[]> =>
  records(database, 'exam.course_id = $1', [courseId]);

export const allowancesByIds = (database: Database, ids: readonly number[]): Promise<AllowanceRecord[]> =>
  records(database, 'allowance.id = any($1::bigint[])', [ids]);

/** All allowances that these learners have at these exams. */
export const allowancesAt = (
  database: Database,
  examIds: readonly number[],
  userIds: readonly number[],
): Promise<AllowanceRecord[]> =>
  records(database, 'allowance.exam_id = any($1::bigint[]) and allowance.user_id = any($2::bigint[])', [
    examIds,
    userIds,
  ]);

const orders = {
  username: 'person.username collate "C"',
  email: 'person.email collate "C"',
  examName: 'exam.exam_name collate "C"',
};
/** Keys and values may be encrypted. */
const plainOrders = {
  key: ({ key }: AllowanceRecord) => key,
  value: ({ value }: AllowanceRecord) => value,
};
export type CourseAllowanceOrder = { by: keyof typeof orders | keyof typeof plainOrders; isDescending: boolean };

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** A page of the single allowances of a course, and their number. `search` is part of the user name or e-mail, in any case. */
export const courseAllowances = async (
  database: Database,
  courseId: string,
  search: string,
  order: CourseAllowanceOrder | undefined,
  pageOf: PageOf,
): Promise<{ count: number; results: AllowanceRecord[] }> => {
  const filtered = [courseId, search.toLowerCase()];
  const { count, paging, values } = await countedPage(database, `${joined} where ${inCourse}`, filtered, pageOf);
  const direction = order?.isDescending ? 'desc' : 'asc';
  if (order?.by !== 'key' && order?.by !== 'value') {
    const sorted = order ? `${orders[order.by]} ${direction}, allowance.id` : 'allowance.id';
    return { count, results: await records(database, inCourse, values, `${sorted} ${paging}`) };
  }
  const textOf = plainOrders[order.by];
  const sign = order.isDescending ? -1 : 1;
  const all = await records(database, inCourse, filtered);
  const { offset, limit } = pageOf(count);
  const sorted = all.toSorted((a, b) => sign * byCodeUnits(textOf(a), textOf(b)));
  return { count, results: sorted.slice(offset, offset + limit) };
};

const inCourse = `exam.course_id = $1
  and ($2 = '' or strpos(lower(person.username), $2) > 0 or strpos(lower(person.email), $2) > 0)`;

/** Filters a course's learners with allowances. `search` is part of the user name, e-mail or full name, in any case. */
export type AllowanceFilter = { search: string; examId?: number };

/** A page of a course's allowances, grouped by learner, in the order of user names, and the number of learners. */
export const allowancesByLearner = async (
  database: Database,
  courseId: string,
  { search, examId }: AllowanceFilter,
  pageOf: PageOf,
): Promise<{ count: number; learners: AllowanceRecord[][] }> => {
  const filtered = [courseId, examId, personLike(search)];
  const { count, paging, values } = await countedPage(database, withAllowances, filtered, pageOf);
  const { rows } = await database.query(
    `select user_id ${withAllowances} order by username, user_id ${paging}`,
    values,
  );
  const userIds = rows.map(({ user_id }) => Number(user_id));
  const ofPage = `${atExams} and allowance.user_id = any($3::bigint[])`;
  const all = await records(database, ofPage, [courseId, examId, userIds]);
  const byUser = new Map(userIds.map((id) => [id, [] as AllowanceRecord[]]));
  for (const allowance of all) byUser.get(allowance.user.id)!.push(allowance);
  return { count, learners: [...byUser.values()] };
};

const atExams = 'exam.course_id = $1 and ($2::bigint is null or exam.id = $2)';
const withAllowances = `
  from (select distinct user_id from allowances
         where exam_id = any(array(select id from exams exam where ${atExams}))) granted
  left join users on users.id = user_id
 where $3::text is null or search_names like $3`;

export const examsWithAllowances = async (database: Database, userId: number): Promise<number[]> => {
  const text = 'select distinct exam_id from allowances where user_id = $1 order by exam_id';
  return (await database.query(text, [userId])).rows.map(({ exam_id }) => Number(exam_id));
};

const userOf = ({ user: { id, username, email } }: AllowanceRecord) => ({ id, username, email });

/** Keys in the reference's order (rest-api.md §3.5). */
export const allowanceJson = (allowance: AllowanceRecord) => ({
  id: allowance.id,
  created: instant(allowance.created),
  modified: instant(allowance.modified),
  user: userOf(allowance),
  key: allowance.key,
  value: allowance.value,
  proctored_exam: examJson(allowance.exam),
});
