import type { PreparedAppend } from './prepared-append.js';

/** A statement that writes a row. With a `name` it is prepared once per connection. */
export type Write = { name?: string; text: string; values: unknown[] };

/** The columns of table `events e` in the shape of `Stored`. */
export const columns = `e.id, e.stream, e.version::integer as version, e.type, e.schema_version as "schemaVersion", e.data,
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

/** One event: a plain statement costs a third less than the function for many. */
function appendOne(
  { streams: [[stream, { after }]], events: [event], json: [json] }: PreparedAppend,
  commands: Command[],
): Write {
  const isFirst = after.version === 0;
  const shared = [stream, event.id, event.type, event.schemaVersion, json.data, json.metadata, bytes(event.hash)];
  return {
    ...(isFirst ? first : next)[commands.length === 0 ? 'plain' : 'answered'],
    values: [
      ...shared,
      ...(isFirst ? [] : [after.version, bytes(after.hash)]),
      ...commands.flatMap(({ key, answer }) => [key, answer]),
    ],
  };
}

const first = forOne('append_first', 'insert into streams values ($1, 1, $7) returning version', '$8, $9');
const next = forOne(
  'append_next',
  `update streams set version = version + 1, head_hash = $7
   where id = $1 and version = $8 and head_hash = $9 returning version`,
  '$10, $11',
);

function forOne(name: string, moveHead: string, command: string) {
  const text = (also: string) => `with head as (${moveHead}) ${also}
    insert into events (stream, id, type, schema_version, data, metadata, hash, version)
    values ($1, $2, $3, $4, $5, $6, $7, coalesce((select version from head), refuse_append($1)))
    returning array[transaction_id::text, date_part('epoch', recorded_at)::text, position::text, generation::text]
      as places`;
  return {
    plain: { name, text: text('') },
    answered: {
      name: `${name}_answered`,
      text: text(`, command as (insert into commands (key, answer) values (${command}))`),
    },
  };
}

/** Any number of events in any number of streams. */
function appendMany({ streams, events, json }: PreparedAppend, commands: Command[], waits: boolean): Write {
  // In one order everywhere: so two appends never wait for each other.
  const heads = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: 'append_events',
    text: 'select append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) as places',
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
      commands.map(({ key }) => key),
      commands.map(({ answer }) => answer),
      waits,
    ],
  };
}

const bytes = (hash: string) => `\\x${hash}`;
