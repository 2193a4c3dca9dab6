import type { Database } from '#connections';

/** A person in the roster. */
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

/** Adds a token's user to the roster, without rights: rights of a token are valid for its request alone. */
export async function rememberUser(database: Database, { userId, username, email, name }: Caller): Promise<void> {
  await database.query(
    `insert into users (id, username, email, full_name, is_staff, is_superuser, is_active, groups)
     values ($1, $2, $3, $4, false, false, true, '{}') on conflict do nothing`,
    [userId, username, email, name],
  );
}

/** Finds users by these texts: user names, else e-mail addresses. */
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

/** Those of these users who are in the roster, by id. */
export async function usersByIds(database: Database, userIds: readonly number[]): Promise<Map<number, User>> {
  const { rows } = await database.query(`select ${columns} from users where id = any($1)`, [userIds]);
  return new Map(rows.map(toUser).map((user) => [user.id, user]));
}

/** The user names of these people, for staff. */
export async function usernamesOf(database: Database, userIds: readonly number[]): Promise<(userId: number) => string> {
  const users = await usersByIds(database, [...new Set(userIds)]);
  return (id) => users.get(id)?.username ?? `user ${id}`;
}

/** The data about a person that may be sent to others. */
export type Identity = Pick<User, 'id' | 'username' | 'email' | 'fullName' | 'isActive'>;

/** The present data of these people. For retired and unknown people it is the id alone. */
export async function identitiesOf(
  database: Database,
  userIds: readonly number[],
): Promise<(userId: number) => Identity> {
  const users = await usersByIds(database, userIds);
  const { rows } = await database.query('select id from unnest($1::bigint[]) as id where is_retired(id)', [userIds]);
  for (const { id } of rows) users.delete(Number(id));
  return (id) => users.get(id) ?? { id, username: '', email: '', fullName: '', isActive: false };
}

/** SQL: a row of course_staff gives the rights of course staff now. */
export const isStaffRow = `is_active and role <> 'data_researcher'`;

/** Whether the user is staff of each of these courses; false without courses. Global rights do not count here. */
export async function isCourseStaff(database: Database, userId: number, ...courseIds: string[]): Promise<boolean> {
  const courses = [...new Set(courseIds)];
  const { rows } = await database.read({
    name: 'course staff',
    text: `select count(distinct course_id)::int as count from course_staff
            where user_id = $1 and course_id = any($2) and ${isStaffRow}`,
    values: [userId, courses],
  });
  return courses.length > 0 && rows[0].count === courses.length;
}

/** Whether the user is a data researcher of the course, who has no other rights. */
export async function isDataResearcher(database: Database, userId: number, courseId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    "select from course_staff where user_id = $1 and course_id = $2 and is_active and role = 'data_researcher'",
    [userId, courseId],
  );
  return rowCount === 1;
}

/** The courses that the user is staff of. */
export async function coursesOfStaff(database: Database, userId: number): Promise<string[]> {
  const text = `select distinct course_id from course_staff where user_id = $1 and ${isStaffRow} order by course_id`;
  const { rows } = await database.read({ name: 'courses of staff', text, values: [userId] });
  return rows.map(({ course_id }) => course_id);
}

/**
 * The courses whose staff the user is; without a user, all courses that have an exam or a name. `search` is a part of the id or
 * of the name.
 */
export async function visibleCourses(
  database: Database,
  userId: number | undefined,
  { search = '', limit }: { search?: string; limit: number },
): Promise<{ course_id: string; name: string | null }[]> {
  const { rows } = await database.read({
    name: 'visible courses',
    text: `select course_id, display_name as name
             from (select course_id from course_staff where user_id = $1 and ${isStaffRow}
                   union select course_id from courses where $1 is null
                   union select course_id from exams where $1 is null) visible
             left join courses using (course_id)
            where strpos(lower(course_id), lower($2)) > 0 or strpos(lower(display_name), lower($2)) > 0
            order by course_id limit $3`,
    values: [userId ?? null, search, limit],
  });
  return rows;
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

/** The learner's verified name (domain.md §3.4): the one that was sent last and not denied. */
export async function verifiedName(database: Database, userId: number): Promise<string | undefined> {
  const { rows } = await database.read({
    name: 'verified name',
    text: "select verified_name from verified_names where user_id = $1 and status <> 'denied' order by sent desc limit 1",
    values: [userId],
  });
  return rows[0]?.verified_name;
}

/**
 * Retires a user: destroys the learner key and erases the person's data, also in copies of names. The user's id stays, so that
 * old ids still resolve. Answers false for an id that was never known, and writes nothing.
 */
export async function forgetUser(database: Database, userId: number): Promise<boolean> {
  const { rows } = await database.query('select forget_learner($1) as "wasKnown"', [userId]);
  if (!rows[0].wasKnown) return false;
  await database.query('select sample_names_anew()');
  return true;
}
