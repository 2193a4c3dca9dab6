import type { Database } from '#connections';

/** A person as the LMS knows them. */
export type User = {
  id: number;
  username: string;
  email: string;
  fullName: string;
  isStaff: boolean;
  isSuperuser: boolean;
  isActive: boolean;
  groups: string[];
};

/** The sender of a request: the token's claims, completed by the roster. `scopes` come from the token alone. */
export type Caller = {
  userId: number;
  username: string;
  email: string;
  name: string;
  isStaff: boolean;
  isSuperuser: boolean;
  isActive: boolean;
  groups: string[];
  scopes: string[];
};

const columns = `id, username, email, full_name as "fullName", is_staff as "isStaff", is_superuser as "isSuperuser",
  is_active as "isActive", groups`;
const toUser = (row: any): User => ({ ...row, id: Number(row.id) });

const find = (where: string) => async (database: Database, value: number | string) => {
  const text = `select ${columns} from users where ${where} = $1 order by id limit 1`;
  const { rows } = await database.read({ name: `user by ${where}`, text, values: [value] });
  return rows.map(toUser)[0] as User | undefined;
};

export const userById: (database: Database, userId: number) => Promise<User | undefined> = find('id');
export const userByName: (database: Database, username: string) => Promise<User | undefined> = find('username');
export const userByEmail: (database: Database, email: string) => Promise<User | undefined> = find('email');

/** Makes a token's user known by name, without rights: those of a token last as long as its request. */
export async function rememberUser(database: Database, { userId, username, email, name }: Caller): Promise<void> {
  await database.query(
    `insert into users (id, username, email, full_name, is_staff, is_superuser, is_active, groups)
     values ($1, $2, $3, $4, false, false, true, '{}') on conflict do nothing`,
    [userId, username, email, name],
  );
}

/** The users whom these texts mean: by user name, else by e-mail address. */
export async function usersByNames(database: Database, texts: readonly string[]): Promise<Map<string, User>> {
  const { rows } = await database.query(
    `select ${columns} from users where username = any($1) or email = any($1) order by id desc`,
    [texts],
  );
  const users = rows.map(toUser);
  const byEmail = new Map(users.map((user) => [user.email, user]));
  const byName = new Map(users.map((user) => [user.username, user]));
  return new Map(
    texts.flatMap((text) => {
      const user = byName.get(text) ?? byEmail.get(text);
      return user ? [[text, user]] : [];
    }),
  );
}

/** The known ones among these users, by id. */
export async function usersByIds(database: Database, userIds: readonly number[]): Promise<Map<number, User>> {
  const { rows } = await database.query(`select ${columns} from users where id = any($1)`, [userIds]);
  return new Map(rows.map(toUser).map((user) => [user.id, user]));
}

/** The data about a person that others may get. */
export type Identity = Pick<User, 'id' | 'username' | 'email' | 'fullName' | 'isActive'>;

/** The present data of these people. One who is retired, or whom nobody described, is an id and nothing else. */
export async function identitiesOf(
  database: Database,
  userIds: readonly number[],
): Promise<(userId: number) => Identity> {
  const users = await usersByIds(database, userIds);
  const { rows } = await database.query('select id from unnest($1::bigint[]) as id where is_retired(id)', [userIds]);
  for (const { id } of rows) users.delete(Number(id));
  return (id) => users.get(id) ?? { id, username: '', email: '', fullName: '', isActive: false };
}

/** Whether the user is staff of every one of these courses (and there is one). Global staff rights are not looked at. */
export async function isCourseStaff(database: Database, userId: number, ...courseIds: string[]): Promise<boolean> {
  const asked = [...new Set(courseIds)];
  const { rows } = await database.read({
    name: 'course staff',
    text: `select count(distinct course_id)::int as count from course_staff
            where user_id = $1 and course_id = any($2) and is_active`,
    values: [userId, asked],
  });
  return asked.length > 0 && rows[0].count === asked.length;
}

/** Whether the user is enrolled in the course or is staff of it. */
export async function isOfCourse(database: Database, userId: number, courseId: string): Promise<boolean> {
  const { rowCount } = await database.read({
    name: 'person of course',
    text: `select from enrollments where user_id = $1 and course_id = $2 and is_active
           union all select from course_staff where user_id = $1 and course_id = $2 and is_active limit 1`,
    values: [userId, courseId],
  });
  return rowCount === 1;
}

/** The same for many users and courses at once. */
export async function peopleOfCourses(database: Database, userIds: readonly number[], courseIds: readonly string[]) {
  const { rows } = await database.query(
    `select user_id, course_id from enrollments where user_id = any($1) and course_id = any($2) and is_active
     union select user_id, course_id from course_staff where user_id = any($1) and course_id = any($2) and is_active`,
    [userIds, courseIds],
  );
  const known = new Set(rows.map(({ user_id, course_id }) => `${user_id} ${course_id}`));
  return (userId: number, courseId: string): boolean => known.has(`${userId} ${courseId}`);
}

/** The name on the learner's papers (domain.md §3.4): the one sent last that was not denied. */
export async function verifiedName(database: Database, userId: number): Promise<string | undefined> {
  const { rows } = await database.read({
    name: 'verified name',
    text: "select verified_name from verified_names where user_id = $1 and status <> 'denied' order by sent desc limit 1",
    values: [userId],
  });
  return rows[0]?.verified_name;
}

/**
 * Retirement: destroys the learner's key and what identifies the person, here and in copies of names. A user without a name
 * stays, so that old ids still resolve. False for an id that nobody ever knew: nothing is written.
 */
export async function forgetUser(database: Database, userId: number): Promise<boolean> {
  const { rows } = await database.query('select forget_learner($1) as "wasKnown"', [userId]);
  if (!rows[0].wasKnown) return false;
  await database.query('select sample_names_anew()');
  return true;
}
