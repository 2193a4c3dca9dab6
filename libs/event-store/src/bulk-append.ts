import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from } from 'pg-copy-streams';
import { VersionConflict } from './event-store.js';
import { type Append, type PreparedAppend, prepareAppend } from './prepared-append.js';

/**
 * Appends many events by COPY, in the caller's transaction. The caller owns the tables, has read the heads before the
 * transaction's first write, and rebuilds the read models. Answers the number of events. Throws VersionConflict when a stream
 * has another head.
 */
export async function appendInBulk(client: pg.ClientBase, appends: readonly Append[]): Promise<number> {
  const prepared = prepareAppend(appends);
  if (prepared.events.length === 0) return 0;
  const { rows } = await client.query<{ generation: number }>('select current_generation() as generation');
  await moveHeads(client, prepared);
  const copy = client.query(
    from('copy events (stream, version, id, type, schema_version, data, metadata, hash, generation) from stdin'),
  );
  await pipeline(Readable.from([rowsOf(prepared, rows[0]!.generation)]), copy);
  return prepared.events.length;
}

/** Sorted, as every append locks heads in this order. */
async function moveHeads(client: pg.ClientBase, { streams }: PreparedAppend): Promise<void> {
  const heads = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  const begun = heads.filter(([, { after }]) => after.version === 0);
  const continued = heads.filter(([, { after }]) => after.version > 0);
  const inserted = await client.query(
    `insert into streams (id, version, head_hash)
       select id, version, decode(hash, 'hex') from unnest($1::text[], $2::bigint[], $3::text[]) as head (id, version, hash)
       on conflict do nothing`,
    [begun.map(([id]) => id), begun.map(([, { head }]) => head.version), begun.map(([, { head }]) => head.hash)],
  );
  const updated = await client.query(
    `update streams set version = head.version, head_hash = decode(head.hash, 'hex')
       from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) as head (id, version, hash, before)
      where streams.id = head.id and streams.head_hash = decode(head.before, 'hex')`,
    [
      continued.map(([id]) => id),
      continued.map(([, { head }]) => head.version),
      continued.map(([, { head }]) => head.hash),
      continued.map(([, { after }]) => after.hash),
    ],
  );
  if (inserted.rowCount !== begun.length || updated.rowCount !== continued.length)
    throw new VersionConflict('Another process appended to one of these streams.');
}

/** Rows of COPY's text format. Canonical JSON has no control characters, so only backslashes need an escape. */
function rowsOf({ events, json }: PreparedAppend, generation: number): string {
  const rows = events.map((event, index) => {
    const { stream, version, id, type, schemaVersion, hash } = event;
    const { data, metadata } = json[index]!;
    return `${stream}\t${version}\t${id}\t${type}\t${schemaVersion}\t${escaped(data)}\t${escaped(metadata)}\t\\\\x${hash}\t${generation}\n`;
  });
  return rows.join('');
}

const escaped = (json: string): string => (json.includes('\\') ? json.replaceAll('\\', '\\\\') : json);
