import type pg from 'pg';
import { RosterInvalid } from './roster.errors.js';
import type { Field } from './roster.fields.js';
import { keepRights, type RosterPowers } from './roster.rights.js';
import {
  creditStatuses,
  type Document,
  type Item,
  removable,
  type Section,
  type SectionName,
  sections,
} from './roster.sections.js';

/** Valid items, and the function that writes any part of them. */
export type Step = { items: Item[]; write: (client: pg.ClientBase, items: Item[]) => Promise<void> };

/** Looks up users and their rights. Answers the steps of the write, in order. Throws RosterInvalid and RosterForbidden. */
export async function stepsOf(
  client: pg.ClientBase,
  written: Document,
  removed: Document,
  powers: RosterPowers,
): Promise<Step[]> {
  const users = lastOf(sections.users, written.users ?? []);
  await keepRights(client, users, powers);
  const holders = await holdersOf(client, users);
  refuseTakenNames(users, holders);
  const all = [...Object.entries(written), ...Object.entries(removed)].flatMap(([, items]) => items);
  const idOf = await identities(client, users, all);
  const steps = (Object.keys(sections) as SectionName[]).flatMap((name) => {
    const items = written[name] ?? [];
    resolveUsers(items, idOf);
    return name === 'users' ? writeUsers(users, holders) : (writers[name]?.(items) ?? [upsertOf(name, items)]);
  });
  const removals = Object.entries(removed).map(([name, items]) => {
    resolveUsers(items, idOf);
    const section = removable[name as keyof typeof removable];
    const action = `update ${section.table} known set is_active = false, told_at = now() from`;
    return { items, write: at(action, section) };
  });
  return [...steps, ...removals];
}

const upsertOf = (name: SectionName, items: Item[]): Step => ({
  items: lastOf(sections[name], items),
  write: upsert(sections[name]),
});

const writers: Partial<Record<SectionName, (items: Item[]) => Step[]>> = {
  credit_requirements(items) {
    const rows = items.flatMap(({ statuses, ...item }) =>
      statuses.map(([user_id, status]: [number, string]) => ({ ...item, user_id, status })),
    );
    const statuses = { items: lastOf(creditStatuses, rows), write: upsert(creditStatuses) };
    return [upsertOf('credit_requirements', items), statuses];
  },
  dates(items) {
    const dates = lastOf(sections.dates, items);
    const isRemoved = ({ user_id, due }: Item) => user_id != null && due === null;
    return [
      { items: dates.filter(isRemoved), write: at('delete from dates known using', sections.dates) },
      upsertOf(
        'dates',
        dates.filter((date) => !isRemoved(date)),
      ),
    ];
  },
};

type User = { id: number; username: string };

/** Other users who now have one of these names. */
async function holdersOf(client: pg.ClientBase, users: Item[]): Promise<User[]> {
  const { rows } = await client.query(
    `select users.id::float as id, username from users
       join unnest($1::bigint[], $2::text[]) as named(id, username) using (username) where users.id <> named.id`,
    [users.map(({ id }) => id), users.map(({ username }) => username)],
  );
  return rows;
}

/** A name may move between users of the document. It may not go to two users, or away from a user outside the document. */
function refuseTakenNames(users: Item[], holders: User[]) {
  const ids = new Set(users.map(({ id }) => id));
  const last = new Map(users.map(({ username, id }) => [username, id]));
  const taken = new Set(holders.filter(({ id }) => !ids.has(id)).map(({ username }) => username));
  refuse(users, 'username', ({ username, id }) =>
    taken.has(username) || last.get(username) !== id ? 'belongs to another user' : undefined,
  );
}

/** Users who exchange names come first, so that temporary names exist only for a short time. */
function writeUsers(users: Item[], holders: User[]): Step[] {
  const ids = new Set(holders.map(({ id }) => id));
  const names = new Set(holders.map(({ username }) => username));
  const exchanges = ({ id, username }: Item) => ids.has(id) || names.has(username);
  const free = `update users set username = 'renamed user ' || users.id
     from unnest($1::bigint[], $2::text[]) as named(id, username)
    where users.username = named.username and users.id <> named.id`;
  const write: Step['write'] = async (client, items) => {
    await client.query(free, [items.map(({ id }) => id), items.map(({ username }) => username)]);
    await upsert(sections.users)(client, items);
  };
  return [{ items: [...users.filter(exchanges), ...users.filter((user) => !exchanges(user))], write }];
}

type IdOf = (user: string | number) => number | undefined;

/** Finds a user's id by id or name, as it will be after the document's users are written. */
async function identities(client: pg.ClientBase, users: Item[], items: Item[]): Promise<IdOf> {
  const named = items.flatMap(({ user_id, statuses = [] }) => [user_id, ...statuses.map(([name]: [string]) => name)]);
  const names = named.filter((user) => typeof user === 'string');
  // A key of `statuses` is a string even if it is an id.
  const ids = named.filter((user) => typeof user === 'number' || /^\d{1,15}$/.test(user));
  const { rows } = await client.query<User>(
    'select id::float as id, username from users where id = any($1) or username = any($2)',
    [ids, names],
  );
  const own = new Set(users.map(({ id }) => id));
  const known = [...rows.filter(({ id }) => !own.has(id)), ...users] as User[];
  const byName = new Map(known.map(({ id, username }) => [username, id]));
  const byId = new Set(known.map(({ id }) => id));
  return (user) => (typeof user === 'number' ? (byId.has(user) ? user : undefined) : byName.get(user));
}

/** Replaces the users of each item by their ids: in `user_id` and in statuses. */
function resolveUsers(items: Item[], idOf: IdOf) {
  refuse(items, 'user', (item) => {
    const user = item.user_id;
    if (user === undefined || user === null) return undefined;
    item.user_id = idOf(user);
    return item.user_id ? undefined : `no user ${JSON.stringify(user)}`;
  });
  refuse(items, 'statuses', (item) => {
    item.statuses = item.statuses?.map(([name, status]: [string, string]) => [
      idOf(name) ?? idOf(Number(name)),
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

/** If several items have the same key, the last one counts. */
function lastOf({ key }: Section, items: Item[]): Item[] {
  const last = new Map<string, Item>();
  for (const item of items) {
    const identity = JSON.stringify(key.map((column) => item[column] ?? null));
    last.delete(identity);
    last.set(identity, item);
  }
  return [...last.values()];
}

/** Writes any number of items with one statement, in their order. */
function upsert(section: Section): Step['write'] {
  const { table, key, renewed = [] } = section;
  const columns = columnsOf(section);
  const names = Object.keys(columns);
  const quoted = (list: string[]) => list.map((column) => `"${column}"`).join(', ');
  const sqlOf = (column: string) => columns[column]!.value ?? `item."${column}"`;
  const assigned = [...names, ...renewed].map((column) => `"${column}" = excluded."${column}"`).join(', ');
  const text = `insert into ${table} (${quoted(names)}) select ${names.map(sqlOf).join(', ')}
       from rows from (jsonb_to_recordset($1) as (${typed(columns, names)})) with ordinality as item(${quoted(names)}, n)
       left join ${table} known on ${matching(key, 'known', '=')}
      order by n
     on conflict (${quoted(key)}) do update set ${assigned}`;
  return async (client, items) => {
    await client.query(text, [JSON.stringify(items)]);
  };
}

/** Does `action` to the rows of these items. */
function at(action: string, section: Section): Step['write'] {
  const text = `${action} jsonb_to_recordset($1) as item(${typed(columnsOf(section), section.key)})
      where ${matching(section.key, 'known', 'is not distinct from')}`;
  return async (client, items) => {
    await client.query(text, [JSON.stringify(items)]);
  };
}

const columnsOf = ({ fields }: Section): Record<string, Field> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => (field.sql ? [[field.column ?? name, field]] : [])),
  );
const typed = (columns: Record<string, Field>, names: string[]) =>
  names.map((name) => `"${name}" ${columns[name]!.sql}`).join(', ');
const matching = (key: string[], table: string, operator: string) =>
  key.map((column) => `${table}."${column}" ${operator} item."${column}"`).join(' and ');
