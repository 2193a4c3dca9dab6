import type pg from 'pg';
import type { Database } from '#connections';
import type { Identity } from './people.js';
import { courseRole, type Field, moment, optional, readFields, text, userId, words } from './roster.fields.js';
import { rosterTransaction } from './roster.transaction.js';

/** One thing that the LMS says of a course, or of a person in a course. */
export type RosterUpdate =
  | { of: 'enrollment'; user: Identity; courseId: string; mode: string; isActive: boolean }
  | { of: 'course role'; user: Identity; courseId: string; role: string; isActive: boolean }
  | { of: 'course'; courseId: string; displayName: string; startsAt: string | null; endsAt: string | null };

/** The fact cannot be kept, however often it is told. The message names nobody. */
export class UpdateRefused extends Error {
  override readonly name = 'UpdateRefused';
}

/**
 * Keeps a fact that was told at a time (ISO, to the microsecond), unless something newer is known of the same. It makes
 * its person known; nothing is kept about retired people. Throws UpdateRefused.
 */
export async function keepUpdate(database: Database, fact: RosterUpdate, toldAt: string): Promise<void> {
  refuseOdd(fact);
  const [statement, ...values] = statementOf(fact);
  try {
    await rosterTransaction(database, async (client) => {
      if ('user' in fact && !(await isKnown(client, fact.user))) return;
      await client.query(statement, [...values, toldAt]);
    });
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === '23505') throw new UpdateRefused('the user name is that of another user');
    // PostgreSQL's own words may repeat a value.
    throw /^(2[23]|54)/.test(code) ? new UpdateRefused(`PostgreSQL cannot keep a value (${code})`) : error;
  }
}

const ofCourse = {
  courseId: words,
  displayName: text,
  startsAt: optional(moment, null),
  endsAt: optional(moment, null),
};
const ofPerson = { id: userId, username: text, email: text, fullName: text };
const fieldsOf: Record<RosterUpdate['of'], Record<string, Field>> = {
  course: ofCourse,
  enrollment: { courseId: words, mode: words },
  'course role': { courseId: words, role: courseRole },
};

/** The limits of the roster hold here, too. */
function refuseOdd(fact: RosterUpdate): void {
  const refuse = (field: string, message: string) => {
    throw new UpdateRefused(`${field} ${message}`);
  };
  readFields(fieldsOf[fact.of], fact, refuse);
  if ('user' in fact) readFields(ofPerson, fact.user, refuse);
}

const statementOf = (fact: RosterUpdate): [string, ...unknown[]] => {
  switch (fact.of) {
    case 'enrollment':
      return [
        `insert into enrollments as known (user_id, course_id, mode, is_active, told_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, course_id) do update
            set mode = excluded.mode, is_active = excluded.is_active, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[fact.user.id, fact.courseId, fact.mode, fact.isActive],
      ];
    case 'course role':
      return [
        `insert into course_staff as known (user_id, course_id, role, is_active, told_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, course_id, role) do update set is_active = excluded.is_active, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[fact.user.id, fact.courseId, fact.role, fact.isActive],
      ];
    case 'course':
      return [
        `insert into courses as known (course_id, display_name, starts_at, ends_at, override_grade_on_rejected, told_at)
         values ($1, $2, $3, $4, true, $5)
         on conflict (course_id) do update set display_name = excluded.display_name, starts_at = excluded.starts_at,
                                               ends_at = excluded.ends_at, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[fact.courseId, fact.displayName, fact.startsAt, fact.endsAt],
      ];
  }
};

/** False for the retired. A known person stays unchanged. */
async function isKnown(client: pg.ClientBase, { id, username, email, fullName, isActive }: Identity): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select from users where id = $1) as "isKnown",
            is_retired($1) as "isRetired"`,
    [id],
  );
  if (rows[0].isRetired) return false;
  if (rows[0].isKnown) return true;
  if (username === '') throw new UpdateRefused(`no user ${id}, and no user name`);
  // PostgreSQL would write a name that is taken into its own log.
  const { rowCount } = await client.query(
    `insert into users (id, username, email, full_name, is_active) values ($1, $2, $3, $4, $5)
     on conflict (username) do nothing`,
    [id, username, email, fullName, isActive],
  );
  if (rowCount === 0) throw new UpdateRefused('the user name is that of another user');
  return true;
}
