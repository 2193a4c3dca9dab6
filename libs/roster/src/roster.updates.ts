import type pg from 'pg';
import type { Database } from '#connections';
import type { Identity } from './people.js';
import { courseRole, type Field, moment, nonEmptyText, optional, readFields, text, userId } from './roster.fields.js';
import { rosterTransaction } from './roster.transaction.js';

/** An update of a course, or of a person in a course, from the event bus. */
export type RosterUpdate =
  | { of: 'enrollment'; user: Identity; courseId: string; mode: string; isActive: boolean }
  | { of: 'course role'; user: Identity; courseId: string; role: string; isActive: boolean }
  | { of: 'course'; courseId: string; displayName: string; startsAt: string | null; endsAt: string | null };

/** The update can never be kept. The message names no person. */
export class UpdateRefused extends Error {
  override readonly name = 'UpdateRefused';
}

/**
 * Writes an update that was sent at `sentAt` (ISO, with microseconds), unless the roster has a newer one. Adds an unknown
 * person. Drops updates of retired people. Throws UpdateRefused.
 */
export async function keepUpdate(database: Database, update: RosterUpdate, sentAt: string): Promise<void> {
  refuseInvalid(update);
  const [statement, ...values] = statementOf(update);
  try {
    await rosterTransaction(database, async (client) => {
      if ('user' in update && !(await addIfUnknown(client, update.user))) return;
      await client.query(statement, [...values, sentAt]);
    });
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (code === '23505') throw new UpdateRefused('the user name is that of another user');
    // PostgreSQL's message may repeat a value.
    throw /^(2[23]|54)/.test(code) ? new UpdateRefused(`PostgreSQL cannot keep a value (${code})`) : error;
  }
}

const ofCourse = {
  courseId: nonEmptyText,
  displayName: text,
  startsAt: optional(moment, null),
  endsAt: optional(moment, null),
};
const ofPerson = { id: userId, username: text, email: text, fullName: text };
const fieldsOf: Record<RosterUpdate['of'], Record<string, Field>> = {
  course: ofCourse,
  enrollment: { courseId: nonEmptyText, mode: nonEmptyText },
  'course role': { courseId: nonEmptyText, role: courseRole },
};

/** The roster's limits apply to updates, too. */
function refuseInvalid(update: RosterUpdate): void {
  const refuse = (field: string, message: string) => {
    throw new UpdateRefused(`${field} ${message}`);
  };
  readFields(fieldsOf[update.of], update, refuse);
  if ('user' in update) readFields(ofPerson, update.user, refuse);
}

const statementOf = (update: RosterUpdate): [string, ...unknown[]] => {
  switch (update.of) {
    case 'enrollment':
      return [
        `insert into enrollments as known (user_id, course_id, mode, is_active, told_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, course_id) do update
            set mode = excluded.mode, is_active = excluded.is_active, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[update.user.id, update.courseId, update.mode, update.isActive],
      ];
    case 'course role':
      return [
        `insert into course_staff as known (user_id, course_id, role, is_active, told_at) values ($1, $2, $3, $4, $5)
         on conflict (user_id, course_id, role) do update set is_active = excluded.is_active, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[update.user.id, update.courseId, update.role, update.isActive],
      ];
    case 'course':
      return [
        `insert into courses as known (course_id, display_name, starts_at, ends_at, override_grade_on_rejected, told_at)
         values ($1, $2, $3, $4, true, $5)
         on conflict (course_id) do update set display_name = excluded.display_name, starts_at = excluded.starts_at,
                                               ends_at = excluded.ends_at, told_at = excluded.told_at
          where known.told_at <= excluded.told_at`,
        ...[update.courseId, update.displayName, update.startsAt, update.endsAt],
      ];
  }
};

/** Adds an unknown person; a known one stays unchanged. Answers false for a retired person. */
async function addIfUnknown(
  client: pg.ClientBase,
  { id, username, email, fullName, isActive }: Identity,
): Promise<boolean> {
  const { rows } = await client.query(
    `select exists (select from users where id = $1) as "isKnown",
            is_retired($1) as "isRetired"`,
    [id],
  );
  if (rows[0].isRetired) return false;
  if (rows[0].isKnown) return true;
  if (username === '') throw new UpdateRefused(`no user ${id}, and no user name`);
  // PostgreSQL would write a taken name into its log as an error.
  const { rowCount } = await client.query(
    `insert into users (id, username, email, full_name, is_active) values ($1, $2, $3, $4, $5)
     on conflict (username) do nothing`,
    [id, username, email, fullName, isActive],
  );
  if (rowCount === 0) throw new UpdateRefused('the user name is that of another user');
  return true;
}
