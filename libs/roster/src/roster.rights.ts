import type pg from 'pg';
import { RosterForbidden } from './roster.errors.js';
import type { Document, Item } from './roster.sections.js';

export const rosterParts = ['people', 'rights', 'courses'] as const;
export type RosterPart = (typeof rosterParts)[number];

/** The parts that a caller may write. `privilegedNames`: user names that give rights. */
export type RosterPowers = { parts: readonly RosterPart[]; privilegedNames: readonly string[] };

const partOf: Record<string, RosterPart> = {
  users: 'people',
  enrollments: 'people',
  verified_names: 'people',
  course_staff: 'rights',
  courses: 'courses',
  credit_requirements: 'courses',
  dates: 'courses',
  schedules: 'courses',
};

/** @throws RosterForbidden */
export function refuseForbiddenSections({ parts }: RosterPowers, ...documents: Document[]) {
  for (const section of documents.flatMap(Object.keys)) {
    const part = partOf[section];
    if (!part || !parts.includes(part)) throw new RosterForbidden(part ?? 'rights', section);
  }
}

const rights = ['is_staff', 'is_superuser', 'groups'];
/** A token without `user_id` gets the rights of its user name, so these fields of people with rights are rights, too. */
const rightsOfPrivileged = ['username', 'is_active'];
const nobody = { is_staff: false, is_superuser: false, groups: [] as string[] };

/** Keeps the rights of users, if the caller may not write rights. @throws RosterForbidden if the users' rights would change */
export async function keepRights(client: pg.ClientBase, users: Item[], { parts, privilegedNames }: RosterPowers) {
  if (parts.includes('rights') || users.length === 0) return;
  const { rows } = await client.query<Item>(
    `select id::float as id, username, is_active, is_staff, is_superuser, groups,
            is_staff or is_superuser or groups <> '{}'
            or exists (select from course_staff where user_id = users.id and course_staff.is_active) as "hasRights"
       from users where id = any($1)`,
    [users.map(({ id }) => id)],
  );
  const knownById = new Map(rows.map((row) => [row.id, row]));
  for (const user of users) {
    const known: Record<string, unknown> = knownById.get(user.id) ?? nobody;
    for (const field of rights) user[field] ??= known[field];
    const isPrivileged =
      known.hasRights || [user.username, known.username].some((name) => privilegedNames.includes(name));
    const guarded = isPrivileged ? [...rights, ...rightsOfPrivileged] : rights;
    const changed = guarded.find((field) => JSON.stringify(user[field]) !== JSON.stringify(known[field]));
    if (changed) throw new RosterForbidden('rights', `${changed} of user ${user.id}`);
  }
}
