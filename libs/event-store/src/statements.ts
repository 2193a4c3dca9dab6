import type { PreparedAppend } from './prepared-append.js';

/** A statement that writes rows. With a `name` it is prepared once per connection. */
export type Write = { name?: string; text: string; values: unknown[] };

const columnsWith = (
  content: string,
) => `e.id, e.stream, e.version::integer as version, e.type, e.schema_version as "schemaVersion", ${content}
  e.generation, e.position, e.transaction_id::text as xid, iso_time(e.recorded_at) as "recordedAt", encode(e.hash, 'hex') as hash`;

/** The columns of table `events e` in the shape of `RecordedEvent`. */
export const eventColumns = columnsWith('e.data, e.metadata,');
/** The same in the shape of `RawEvent`. */
export const rawEventColumns = columnsWith('e.data::text, e.metadata::text,');
/** The same without `data` and `metadata`. */
export const columnsWithoutData = columnsWith('');

/** The answer that a repeated command with this key gets, as JSON. */
export type Command = { key: string; answer: string };

/**
 * The statement that updates the heads, inserts the events and keeps the commands' answers. Without `waitsForLocks`, the
 * statement for many events refuses heads that another transaction has locked.
 */
export const appendStatement = (prepared: PreparedAppend, commands: Command[], waitsForLocks: boolean): Write =>
  prepared.events.length === 1 && commands.length < 2
    ? appendOne(prepared, commands)
    : appendMany(prepared, commands, waitsForLocks);

/** Appends one event. Its function takes a third less time than the one for many events. */
function appendOne({ streams, events, json }: PreparedAppend, commands: Command[]): Write {
  // One event is in one stream.
  const [stream, { after }] = [...streams][0]!;
  const event = events[0]!;
  const { data, metadata } = json[0]!;
  return {
    name: 'append_event',
    text: 'select append_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as appended',
    values: [
      stream,
      after.version,
      bytes(after.hash),
      event.id,
      event.type,
      event.schemaVersion,
      data,
      metadata,
      bytes(event.hash),
      commands[0]?.key,
      commands[0]?.answer,
    ],
  };
}

/** Appends any number of events to any number of streams. */
function appendMany({ streams, events, json }: PreparedAppend, commands: Command[], waitsForLocks: boolean): Write {
  // Every append locks heads in this order, so two appends cannot deadlock.
  const heads = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  const numbers = new Map(heads.map(([stream], index) => [stream, index + 1]));
  return {
    name: 'append_events',
    text: 'select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as appended',
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
      waitsForLocks,
    ],
  };
}

const bytes = (hash: string) => `\\x${hash}`;
