import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Database } from '#connections';

export const accessOutcomes = [
  'begun',
  'done',
  'refused',
  'not found',
  'failed',
  'accepted',
  'quarantined',
  'dry run',
] as const;

/** The outcome of an access. `begun`: the entry was recorded before the access was done. */
export type AccessOutcome = (typeof accessOutcomes)[number];

/** The user, token and request of an access, if known. */
export type AccessOrigin = {
  /** A route with its parameters' names, or an operator's command. */
  action: string;
  requestId?: string;
  /** The `jti` of the token, or a hash of it. */
  tokenId?: string;
  userId?: number;
};

/** An entry of the access log: ids only, no personal data of learners. */
export type AccessEntry = AccessOrigin & {
  outcome: AccessOutcome;
  status?: number;
  /** `user:7`, `attempt:12`, `course:…`. */
  objects: string[];
  rows?: number;
  /** How often the same refusal of an unknown caller happened within a second. */
  times?: number;
  /** The operating system's user who ran an operator's command, and the name given with --operator. */
  osUser?: string;
  operator?: string;
};

/** A user id and the rights that the user got or lost. */
export type RightsChange = { user_id: number; gained: string[]; lost: string[] };

/** An entry as auditors read it. `at` is an ISO time; `cursor` is the place of the entry in the whole list. */
export type RecordedAccess = {
  cursor: string;
  id: number;
  at: string;
  action: string;
  outcome: AccessOutcome;
  status: number | null;
  request_id: string | null;
  token_id: string | null;
  user_id: number | null;
  os_user: string | null;
  operator: string | null;
  objects: string[];
  rows: number | null;
  times: number;
  rights: RightsChange[] | null;
};

/** The id of a token that has no `jti`. */
export const hashOfToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url').slice(0, 22);

/** Replaces unknown course ids, because they may be any text, such as a person's name. */
const objectsWithKnownCourses = `array(
  select case when object not like 'course:%' or known then object else 'course:unknown' end
    from unnest(objects) with ordinality as each (object, place),
         lateral (select exists (select from courses where course_id = substr(object, 8))
                      or exists (select from exams where course_id = substr(object, 8)) as known) as course
   order by place)`;

export async function recordAccess(database: Database, entries: readonly AccessEntry[]): Promise<void> {
  await database.query(
    `insert into access_log
            (action, outcome, status, request_id, token_id, user_id, os_user, operator, objects, row_count, times)
     select action, outcome, status, "requestId", "tokenId", "userId", "osUser", operator, ${objectsWithKnownCourses}, rows,
            coalesce(times, 1)
       from jsonb_to_recordset($1) as entry(action text, outcome text, status smallint, "requestId" text, "tokenId" text,
            "userId" bigint, "osUser" text, operator text, objects text[], rows bigint, times integer)`,
    [JSON.stringify(entries)],
  );
}

/** Sets the origin of this transaction. Triggers use it in their entries about changed rights. */
export const setTransactionOrigin = (client: pg.ClientBase, { action, requestId, tokenId, userId }: AccessOrigin) =>
  client.query(
    `select set_config('access.action', $1, true), set_config('access.request_id', $2, true),
            set_config('access.token_id', $3, true), set_config('access.user_id', $4, true)`,
    [action, requestId ?? '', tokenId ?? '', String(userId ?? '')],
  );

/** `object` is one of `objects`; `from` and `until` are ISO times; `after` is the cursor of an entry. */
export type AccessFilter = {
  userId?: number;
  object?: string;
  outcome?: string;
  requestId?: string;
  from?: string;
  until?: string;
  after?: string;
};

const pageSize = 1_000;

/** Reads the entries in order of time. Each page is a query of its own, so that a slow reader holds no connection. */
export async function* readAccessLog(database: Database, { after, from = '-infinity', ...filter }: AccessFilter) {
  for (let last = after ?? `${from},0`; ; ) {
    const rows = await entriesOf(database, { ...filter, from }, 'behind', last, pageSize);
    if (rows.length > 0) yield rows;
    if (rows.length < pageSize) return;
    last = rows.at(-1)!.cursor;
  }
}

/** The newest entries that fit, before the one with the cursor `after`, and the cursor for the next page. */
export async function newestAccesses(
  database: Database,
  { after = 'infinity,0', ...filter }: AccessFilter,
  limit: number,
) {
  const rows = await entriesOf(database, filter, 'before', after, limit + 1);
  const entries = rows.slice(0, limit);
  return { entries, next: rows.length > limit ? entries.at(-1)!.cursor : null };
}

const directions = { behind: ['>', 'asc'], before: ['<', 'desc'] } as const;

async function entriesOf(
  database: Database,
  { userId, object, outcome, requestId, from = '-infinity', until }: Omit<AccessFilter, 'after'>,
  direction: keyof typeof directions,
  cursor: string,
  limit: number,
): Promise<RecordedAccess[]> {
  const [at, id] = cursor.split(',');
  const [comparison, order] = directions[direction];
  const { rows } = await database.query<RecordedAccess>(
    `select iso_time(at) || ',' || id as cursor, id::float as id, iso_time(at) as at, action, outcome, status, request_id,
            token_id, user_id::float as user_id, os_user, operator, objects, row_count::float as rows, times, rights
       from access_log
      where (at, id) ${comparison} ($1::timestamptz, $2::bigint) and at >= $3::timestamptz
        and ($4::timestamptz is null or at < $4) and ($5::bigint is null or user_id = $5)
        and ($6::text is null or objects @> array[$6]) and ($7::text is null or outcome = $7)
        and ($8::text is null or request_id = $8)
      order by at ${order}, id ${order} limit $9`,
    [at, id, from, until ?? null, userId ?? null, object ?? null, outcome ?? null, requestId ?? null, limit],
  );
  return rows;
}

const prunedAtOnce = 10_000;

/** Deletes entries that are older than `days`. */
export async function pruneAccessLog(database: Database, days: number, signal?: AbortSignal): Promise<void> {
  for (let deleted = prunedAtOnce; deleted === prunedAtOnce && !signal?.aborted; ) {
    const { rows } = await database.query('select prune_access_log($1, $2)::int as deleted', [days, prunedAtOnce]);
    deleted = rows[0].deleted;
  }
}
