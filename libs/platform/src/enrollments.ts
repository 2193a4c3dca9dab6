import type pg from 'pg';

/** A learner whose enrolment includes proctored exams. */
export type ProctoredLearner = { userId: number; username: string; mode: string };

type Page = { offset: number; limit: number };
type Listed = { count: number; learners: ProctoredLearner[] };

const columns = 'enrollments.user_id, enrollments.username, mode';
const read = async (pool: pg.Pool, text: string, values: unknown[]): Promise<ProctoredLearner[]> =>
  (await pool.query(text, values)).rows.map(({ user_id, ...rest }) => ({ userId: Number(user_id), ...rest }));

/** How many entries a list of a course has, by what its triggers count. */
export const listCount = async (pool: pg.Pool, list: 'attempts' | 'learners', courseId: string): Promise<number> => {
  const text = 'select coalesce(sum(entries), 0) as count from list_counts where list = $1 and course_id = $2';
  return Number((await pool.query({ name: 'list count', text, values: [list, courseId] })).rows[0].count);
};

/** How to read a page of `count` rows: whichever end is nearer, rows are skipped from there. */
export const pageFrom = ({ offset, limit }: Page, count: number) => {
  const backwards = offset > count / 2 && offset < count;
  const size = Math.max(0, Math.min(limit, count - offset));
  return { backwards, limit: size, skip: backwards ? count - offset - size : offset };
};

/**
 * A page of a course's learners who may take proctored exams, by user name, and how many there are. `search` is part of
 * their user name or e-mail, in whatever ASCII case.
 */
export const proctoredLearners = (
  pool: pg.Pool,
  courseId: string,
  search: string,
  pageOf: (count: number) => Page,
): Promise<Listed> =>
  search === '' ? listed(pool, courseId, pageOf) : searched(pool, courseId, pageOf, findable(search));

/** What PostgreSQL is asked to find: nothing where there is a NUL, which it refuses and no name has. */
export const findable = (search: string): string | null => (search.includes('\0') ? null : search);

/** Those among these users who are enrolled in the course, by user name. */
export const enrolledAmong = (pool: pg.Pool, courseId: string, userIds: readonly number[]) =>
  read(pool, `select ${columns} from enrollments where course_id = $1 and user_id = any($2) order by username`, [
    courseId,
    userIds,
  ]);

async function listed(pool: pg.Pool, courseId: string, pageOf: (count: number) => Page): Promise<Listed> {
  const count = await listCount(pool, 'learners', courseId);
  const { backwards, skip, limit } = pageFrom(pageOf(count), count);
  const text = `select ${columns} from enrollments where course_id = $1 and includes_proctored
                 order by username ${backwards ? 'desc' : 'asc'} offset $2 limit $3`;
  const learners = await read(pool, text, [courseId, skip, limit]);
  return { count, learners: backwards ? learners.reverse() : learners };
}

async function searched(
  pool: pg.Pool,
  courseId: string,
  pageOf: (count: number) => Page,
  search: string | null,
): Promise<Listed> {
  const found = `from enrollments join users on users.id = user_id
                where course_id = $1 and includes_proctored and is_called(users.username, email, $2)`;
  const counted = await pool.query(`select count(*) ${found}`, [courseId, search]);
  const count = Number(counted.rows[0].count);
  const { offset, limit } = pageOf(count);
  const text = `select ${columns} ${found} order by enrollments.username offset $3 limit $4`;
  return { count, learners: await read(pool, text, [courseId, search, offset, limit]) };
}
