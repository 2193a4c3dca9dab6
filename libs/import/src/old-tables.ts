import type { OldDatabase, OldRow } from './old-database.js';
import { type OldUser, oldUser } from './old-rows.js';

/** The tables of edx-proctoring (domain.md §1). Old releases lack some histories. */
export const tables = {
  exams: 'proctoring_proctoredexam',
  examHistory: 'proctoring_proctoredexamhistory',
  policies: 'proctoring_proctoredexamreviewpolicy',
  policyHistory: 'proctoring_proctoredexamreviewpolicyhistory',
  attempts: 'proctoring_proctoredexamstudentattempt',
  attemptHistory: 'proctoring_proctoredexamstudentattempt_history',
  allowances: 'proctoring_proctoredexamstudentallowance',
  allowanceHistory: 'proctoring_proctoredexamstudentallowancehistory',
  reviews: 'proctoring_proctoredexamsoftwaresecurereview',
  reviewHistory: 'proctoring_proctoredexamsoftwaresecurereviewhistory',
  comments: 'proctoring_proctoredexamstudentattemptcomment',
  users: 'auth_user',
  profiles: 'auth_userprofile',
} as const;

export type Table = keyof typeof tables;

/** The ids above `after`, up to and with `last`. */
export type Range = { after: number; last: number };

/** Reads pages of the old tables. A table that the database lacks has no rows. */
export class OldTables {
  private readonly missing = new Map<Table, Promise<boolean>>();

  constructor(private readonly database: OldDatabase) {}

  /** `where` and `order` are made of names and numbers. */
  async rows(table: Table, where: string, order: string): Promise<OldRow[]> {
    if (await this.lacks(table)) return [];
    return this.database.rows(`select * from ${tables[table]} where ${where} order by ${order}`);
  }

  inRange(table: Table, column: string, { after, last }: Range, order = 'id'): Promise<OldRow[]> {
    return this.rows(table, `${column} > ${after} and ${column} <= ${last}`, order);
  }

  /** The last of the next `size` values of a column of some tables; undefined when there are no more. */
  async nextLast(pages: readonly [Table, string][], after: number, size: number): Promise<number | undefined> {
    const values = new Set<number>();
    for (const [table, column] of pages) {
      if (await this.lacks(table)) continue;
      const text = `select distinct ${column} as value from ${tables[table]} where ${column} > ${after} order by ${column} limit ${size}`;
      for (const { value } of await this.database.rows(text)) values.add(Number(value));
    }
    return [...values]
      .sort((one, other) => one - other)
      .slice(0, size)
      .at(-1);
  }

  /** The rows of a table of reviews for the attempts of these learners, also of those that were removed. */
  async reviewsOf(table: 'reviews' | 'reviewHistory', { after, last }: Range): Promise<OldRow[]> {
    if (await this.lacks(table)) return [];
    const codes: string[] = [];
    for (const source of ['attempts', 'attemptHistory'] as const)
      if (!(await this.lacks(source)))
        codes.push(`select attempt_code from ${tables[source]} where user_id > ${after} and user_id <= ${last}`);
    return this.database.rows(
      `select review.* from (${codes.join(' union ')}) codes
         join ${tables[table]} review on review.attempt_code = codes.attempt_code order by review.id`,
    );
  }

  /** The people with these ids, with the full names of the LMS's profiles. */
  async users(ids: readonly number[]): Promise<OldUser[]> {
    if (ids.length === 0) return [];
    const users = await this.rows('users', `id in (${ids})`, 'id');
    const profiles = await this.rows('profiles', `user_id in (${ids})`, 'user_id');
    const names = new Map(profiles.map(({ user_id, name }) => [Number(user_id), String(name ?? '')]));
    return users.map(oldUser).map((user) => ({ ...user, fullName: names.get(user.id) || user.fullName }));
  }

  async highest(table: Table, column: string): Promise<number> {
    if (await this.lacks(table)) return 0;
    return Number(
      (await this.database.rows(`select max(${column}) as highest from ${tables[table]}`))[0]!.highest ?? 0,
    );
  }

  async count(table: Table): Promise<number> {
    if (await this.lacks(table)) return 0;
    return Number((await this.database.rows(`select count(*) as number from ${tables[table]}`))[0]!.number);
  }

  /** @throws Error for a database that is not one of edx-proctoring */
  async check(): Promise<void> {
    for (const table of ['exams', 'attempts', 'allowances', 'reviews'] as const)
      if (await this.lacks(table)) throw new Error(`The old database has no table ${tables[table]}.`);
  }

  lacks(table: Table): Promise<boolean> {
    const lacks = this.missing.get(table) ?? this.database.hasTable(tables[table]).then((exists) => !exists);
    this.missing.set(table, lacks);
    return lacks;
  }
}
