import type { PreparedAppend } from './prepared-append.js';

/** A statement that writes a row. With a `name` it is prepared once per connection. */
export type Write = { name?: string; text: string; values: unknown[] };

/** The columns of table `events e` in the shape of `Stored`. */
export const eventColumns = `e.id, e.stream, e.version::integer as version, e.type, e.schema_version as "schemaVersion", e.data,
  e.metadata, e.generation, e.position, e.transaction_id::text as xid,
  iso_time(e.recorded_at) as "recordedAt", encode(e.hash, 'hex') as hash`;

/** The answer, as JSON, that a repeated command with this key gets. */
export type Command = { key: string; answer: string };

/**
 * The statement that moves the heads, inserts the events and keeps the commands' answers. It waits for locked heads, or
 * refuses them when many events or commands are written and it `waits` not.
 */
export const appendStatement = (staged: PreparedAppend, commands: Command[], waits: boolean): Write =>
  staged.events.length === 1 && commands.length < 2 ? appendOne(staged, commands) : appendMany(staged, commands, waits);

/** One event: its function takes a third less time than the one for many. */
function appendOne(
  { streams: [[stream, { after }]], events: [event], json: [json] }: PreparedAppend,
  commands: Command[],
): Write {
  return {
    name: 'append_event',
    text: 'select append_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as places',
    values: [
      stream,
      after.version,
      bytes(after.hash),
      event.id,
      event.type,
      event.schemaVersion,
      json.data,
      json.metadata,
      bytes(event.hash),
      commands[0]?.key,
      commands[0]?.answer,
    ],
  };
}

/** Any number of events in any number of streams. */
function appendMany({ streams, events, json }: PreparedAppend, commands: Command[], waits: boolean): Write {
  // In one order everywhere: so two appends never wait for each other.
  const heads = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  const numbers = new Map(heads.map(([stream], index) => [stream, index + 1]));
  return {
    name: 'append_events',
    text: 'select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as places',
    values: [
      heads.map(([stream]) => stream),
      heads.map(([, { after }]) => after.version),
      heads.map(([, { after }]) => bytes(after.hash)),
      events.map(({ stream }) => numbers.get(stream)),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ schemaVersion }) => schemaVersion),
      json.map(({ data }) => data),
      json.map(({ metadata }) => metadata),
      events.map(({ hash }) => bytes(hash)),
      commands.map(({ key }) => key),
      commands.map(({ answer }) => answer),
      waits,
    ],
  };
}

const bytes = (hash: string) => `\\x${hash}`;
