import type pg from 'pg';
import { RosterInvalid } from './roster.errors.js';
import { creditStatuses, type Item, removable, type Section, sections } from './roster.sections.js';

type Write = (client: pg.ClientBase, items: Item[]) => Promise<void>;

export const writeItems = (client: pg.ClientBase, section: string, items: Item[]) => writers[section](client, items);

export async function removeItems(client: pg.ClientBase, section: string, items: Item[]) {
  await resolveUsers(client, items);
  const { table } = removable[section];
  await at(client, `update ${table} known set is_active = false, told_at = now() from`, removable[section], items);
}

const writers: Record<string, Write> = {
  async users(client, items) {
    const users = lastOf(sections.users, items);
    await freeUsernames(client, users);
    await upsert(client, sections.users, users);
  },
  courses: (client, items) =>
    upsert(
      client,
      sections.courses,
      items.map((item) => ({ ...item, starts_at: item.start, ends_at: item.end })),
    ),
  enrollments: ofUsers('enrollments'),
  course_staff: ofUsers('course_staff'),
  async credit_requirements(client, items) {
    await resolveUsers(client, items);
    await upsert(client, sections.credit_requirements, items);
    const changed_at = new Date();
    const rows = items.flatMap(({ statuses, ...item }) =>
      statuses.map(([user_id, status]: [number, string]) => ({ ...item, user_id, status, changed_at })),
    );
    await upsert(client, creditStatuses, rows);
  },
  verified_names: ofUsers('verified_names'),
  async dates(client, items) {
    await resolveUsers(client, items);
    const dates = lastOf(sections.dates, items).map((item) => ({ ...item, due: item.date }));
    const isGone = ({ user_id, due }: Item) => user_id != null && due === null;
    await at(client, 'delete from dates known using', sections.dates, dates.filter(isGone));
    await upsert(
      client,
      sections.dates,
      dates.filter((date) => !isGone(date)),
    );
  },
  schedules: ofUsers('schedules'),
};

function ofUsers(name: string): Write {
  return async (client, items) => {
    await resolveUsers(client, items);
    await upsert(client, sections[name], items);
  };
}

/** Lets two people of one document swap names; refuses a name that somebody else keeps. */
async function freeUsernames(client: pg.ClientBase, users: Item[]) {
  const ids = users.map(({ id }) => id);
  const names = users.map(({ username }) => username);
  const { rows } = await client.query(
    `with asked as (select * from unnest($1::bigint[], $2::text[]) asked(id, username)),
          held as (select users.id, username from users join asked using (username) where users.id <> asked.id),
          freed as (update users set username = 'renamed user ' || users.id from held
                     where users.id = held.id and users.id = any($1))
     select username from held where id <> all($1)`,
    [ids, names],
  );
  const last = new Map(users.map(({ username, id }) => [username, id]));
  const taken = new Set(rows.map(({ username }) => username));
  refuse(users, 'username', ({ username, id }) =>
    taken.has(username) || last.get(username) !== id ? 'belongs to another user' : undefined,
  );
}

/** Gives every item the `user_id` of its `user`, and statuses those of theirs. */
async function resolveUsers(client: pg.ClientBase, items: Item[]) {
  const named = items.flatMap(({ user, statuses = [] }) => [user, ...statuses.map(([name]: [string]) => name)]);
  const names = named.filter((user) => typeof user === 'string');
  // A key of `statuses` is a string even where it is an id.
  const ids = named.filter((user) => typeof user === 'number' || /^\d{1,15}$/.test(user));
  const { rows } = await client.query('select id, username from users where id = any($1) or username = any($2)', [
    ids,
    names,
  ]);
  const byName = new Map(rows.map(({ id, username }) => [username, Number(id)]));
  const byId = new Set(rows.map(({ id }) => Number(id)));
  const idOf = (user: string | number) => (typeof user === 'number' ? byId.has(user) && user : byName.get(user));

  refuse(items, 'user', (item) => {
    if (item.user === undefined || item.user === null) return undefined;
    item.user_id = idOf(item.user);
    return item.user_id ? undefined : `no user ${JSON.stringify(item.user)}`;
  });
  refuse(items, 'statuses', (item) => {
    item.statuses = item.statuses?.map(([name, status]: [string, string]) => [
      idOf(name) || idOf(Number(name)),
      status,
      name,
    ]);
    const unknown = item.statuses?.find(([id]: [number]) => !id);
    return unknown && `no user ${JSON.stringify(unknown[2])}`;
  });
}

function refuse(items: Item[], field: string, messageOf: (item: Item) => string | undefined) {
  const errors = items.flatMap((item) => {
    const message = messageOf(item);
    return message ? [{ section: item.section, index: item.index, field, message }] : [];
  });
  if (errors.length > 0) throw new RosterInvalid(errors);
}

/** Of several items with the same key the last one counts. */
function lastOf({ key }: Section, items: Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const item of items) {
    const identity = JSON.stringify(key.map((column) => item[column] ?? null));
    last.delete(identity);
    last.set(identity, item);
  }
  return [...last.values()];
}

/** One statement for any number of items, in their order. */
async function upsert(client: pg.ClientBase, section: Section, items: Item[]) {
  const { table, key, columns, values = {}, renewed = [] } = section;
  const names = Object.keys(columns);
  const quoted = (list: string[]) => list.map((column) => `"${column}"`).join(', ');
  const sqlOf = (column: string) => values[column] ?? `item."${column}"`;
  const assigned = [...names, ...renewed].map((column) => `"${column}" = excluded."${column}"`).join(', ');
  await client.query(
    `insert into ${table} (${quoted(names)}) select ${names.map(sqlOf).join(', ')}
       from rows from (jsonb_to_recordset($1) as (${typed(section, names)})) with ordinality as item(${quoted(names)}, n)
       left join ${table} known on ${matching(key, 'known', '=')}
      order by n
     on conflict (${quoted(key)}) do update set ${assigned}`,
    [JSON.stringify(lastOf(section, items))],
  );
}

/** Does something to the rows that these items name. */
async function at(client: pg.ClientBase, action: string, section: Section, items: Item[]) {
  await client.query(
    `${action} jsonb_to_recordset($1) as item(${typed(section, section.key)})
      where ${matching(section.key, 'known', 'is not distinct from')}`,
    [JSON.stringify(items)],
  );
}

const typed = ({ columns }: Section, names: string[]) => names.map((name) => `"${name}" ${columns[name]}`).join(', ');
const matching = (key: string[], table: string, operator: string) =>
  key.map((column) => `${table}."${column}" ${operator} item."${column}"`).join(' and ');
