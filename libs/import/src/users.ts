import type { Database } from '#connections';
import type { OldUser } from './old-rows.js';

/** Adds people that the roster lacks, without rights: those come with the roster or a token. */
export async function addUsers(database: Database, users: readonly OldUser[]): Promise<void> {
  await database.query(
    `insert into users (id, username, email, full_name, is_active)
       select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[]) on conflict do nothing`,
    [
      users.map(({ id }) => id),
      users.map(({ username }) => username),
      users.map(({ email }) => email),
      users.map(({ fullName }) => fullName),
      users.map(({ isActive }) => isActive),
    ],
  );
}
