import type { Staged } from './staging.js';

/** A statement that writes a row. With a `name` it is prepared once per connection. */
export type Write = { name?: string; text: string; values: unknown[] };

/** Session settings that the store relies on; a session that sleeps in a transaction would hold up every follower. */
export const sessionOptions = '-c role=proctoring_app -c idle_in_transaction_session_timeout=30s';

/** The columns of table `events e` in the shape of `Stored`. */
export const columns = `e.id, e.stream, e.version::integer as version, e.type, e.schema_version as "schemaVersion", e.data,
  e.metadata, e.position, e.transaction_id::text as xid,
  iso_time(e.recorded_at) as "recordedAt", encode(e.hash, 'hex') as hash`;

/** One call that moves the heads, inserts the events and keeps the command's answer. */
export function appendStatement({ streams, events, json }: Staged, kept?: { key: string; answer: unknown }): Write {
  const command = kept ? [kept.key, JSON.stringify(kept.answer ?? null)] : [null, null];
  if (events.length === 1) {
    const [[stream, { after }]] = streams;
    const [{ id, type, schemaVersion, hash }] = events;
    const [{ data, metadata }] = json;
    return {
      name: 'append_event',
      text: 'select append_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as places',
      values: [
        stream,
        after.version,
        bytes(after.hash),
        id,
        type,
        schemaVersion,
        data,
        metadata,
        bytes(hash),
        ...command,
      ],
    };
  }
  // In one order everywhere: so two appends never wait for each other.
  const heads = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'append_events',
    text: 'select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) as places',
    values: [
      heads.map(([stream]) => stream),
      heads.map(([, { after }]) => after.version),
      heads.map(([, { after }]) => bytes(after.hash)),
      heads.map(([, { head }]) => head.version),
      heads.map(([, { head }]) => bytes(head.hash)),
      events.map(({ id }) => id),
      events.map(({ stream }) => stream),
      events.map(({ version }) => version),
      events.map(({ type }) => type),
      events.map(({ schemaVersion }) => schemaVersion),
      json.map(({ data }) => data),
      json.map(({ metadata }) => metadata),
      events.map(({ hash }) => bytes(hash)),
      ...command,
    ],
  };
}

const bytes = (hash: string) => Buffer.from(hash, 'hex');
