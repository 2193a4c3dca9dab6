import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { EventStore, type Head, type Metadata, start } from '#event-store';
import { poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { openDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import { metered } from './cpu.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios, repeat } from './rounds.js';

const eventsPerStream = 8;

export const event = (version: number) => ({
  type: version === 1 ? 'AttemptCreated' : 'AttemptStarted',
  data: {
    attemptId: 4711,
    attemptCode: '2F4E9C0A-6E0B-4B43-9C43-1D3C0C3F5A77',
    externalId: 'test-attempt-4711',
    allowedTimeLimitMins: 90,
    effects: [{ kind: 'credit', status: 'submitted' }],
    at: '2031-05-05T10:00:00.000Z',
  },
});

export const metadata: Metadata = {
  commandId: '0196a1c0-7d1e-7c3a-9b1e-2f5d8c7b6a59',
  actor: { kind: 'user', userId: 1234 },
  courseId: 'course-v1:OrgX+Demo+2031',
  contentId: 'block-v1:OrgX+Demo+2031+type@sequential+block@midterm',
  examId: 17,
  userId: 1234,
};

const names = { store: '`EventStore.append`', raw: 'raw INSERT', emmett: 'Emmett `appendToStream`' };

/** Appends one event per transaction: by the event store, by a bare INSERT, and by Emmett. */
export async function appending({ effort: { rounds, seconds }, admin }: Bench): Promise<Section> {
  const database = await openDatabase();
  const { url, urls, owner } = database;
  const ours = new Database(poolOptions(url, { max: connections }));
  const others = new Database({ connectionString: urls.owner, max: connections });
  // Emmett replaces these parsers for the whole process. Later parts need the former ones, or they would read bigints.
  const { INT8, JSON: json, JSONB } = pg.types.builtins;
  const parsers = [INT8, json, JSONB].map((type) => [type, pg.types.getTypeParser(type)] as const);
  try {
    // A table with the columns, defaults and indexes of the log, but without its triggers.
    await owner.query('create table plain_events (like events_0 including all)');
    await owner.query('alter table plain_events alter generation set default 1');
    const emmett = getPostgreSQLEventStore(urls.owner, {
      connectionOptions: { pool: others },
      schema: { autoMigration: 'None' },
    });
    await emmett.schema.migrate();

    const measure = (append: (connection: number) => Promise<void>) => async () => {
      const work = () => repeat(seconds, append);
      const { result, cpu } = await metered(admin, process.pid, new URL(url).pathname.slice(1), work);
      const each = (seconds: number) => (seconds * 1000) / result.times;
      return { rate: result.times / result.seconds, client: each(cpu.server), backends: each(cpu.backends) };
    };
    const measured = await inTurn(rounds, {
      store: measure(storeLoop(new EventStore(ours))),
      raw: measure(insertLoop(others)),
      emmett: measure(emmettLoop(emmett)),
    });
    const table = (unit: string, figure: 'rate' | 'client' | 'backends') => ({
      unit,
      lines: Object.entries(measured).map(([name, values]) => ({
        who: names[name as keyof typeof measured],
        values: values.map((value) => value[figure]),
      })),
    });
    const [store, raw, byEmmett] = table('', 'rate').lines.map(({ values }) => values);
    return {
      title: 'a. Append one event',
      setting: `One event of ${JSON.stringify(event(1).data).length + JSON.stringify(metadata).length} bytes of JSON per transaction, ${connections} connections, streams of ${eventsPerStream} events; ${seconds} s each. The raw INSERT fills the same columns, with the same indexes and without triggers.`,
      tables: [
        table('events/s', 'rate'),
        table('CPU ms per event, client', 'client'),
        table('CPU ms per event, PostgreSQL', 'backends'),
      ],
      bars: [
        { what: 'append, of raw INSERT', ratios: ratios(store, raw), atLeast: 0.8 },
        { what: 'append, of Emmett', ratios: ratios(store, byEmmett), atLeast: 2 },
      ],
    };
  } finally {
    for (const [type, parse] of parsers) pg.types.setTypeParser(type, parse);
    await Promise.all([ours.end(), others.end()]);
    await database.close();
  }
}

/** Answers a connection's present stream with its next version. A full stream is replaced by a new one. */
export function streams<State>(beginning: State) {
  const current = Array.from({ length: connections }, () => ({
    stream: '',
    version: eventsPerStream,
    state: beginning,
  }));
  return (connection: number) => {
    const stream = current[connection];
    if (stream.version === eventsPerStream)
      Object.assign(stream, { stream: `attempts-17-${uuid()}`, version: 0, state: beginning });
    stream.version++;
    return stream;
  };
}

function storeLoop(store: EventStore) {
  const next = streams<Head>(start);
  return async (connection: number) => {
    const current = next(connection);
    const append = { stream: current.stream, after: current.state, events: [event(current.version)], metadata };
    [current.state] = await store.append([append]);
  };
}

function insertLoop(pool: Database) {
  const next = streams(undefined);
  const hash = Buffer.alloc(32, 7);
  const text = `insert into plain_events (id, stream, version, type, schema_version, data, metadata, hash)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`;
  return async (connection: number) => {
    const { stream, version } = next(connection);
    const { type, data } = event(version);
    const values = [uuid(), stream, version, type, 1, JSON.stringify(data), JSON.stringify(metadata), hash];
    await pool.query({ name: 'insert', text, values });
  };
}

function emmettLoop(store: ReturnType<typeof getPostgreSQLEventStore>) {
  const next = streams<bigint>(0n);
  return async (connection: number) => {
    const current = next(connection);
    const expectedStreamVersion = current.version === 1 ? 'STREAM_DOES_NOT_EXIST' : current.state;
    const written = { ...event(current.version), metadata };
    const { nextExpectedStreamVersion } = await store.appendToStream(current.stream, [written], {
      expectedStreamVersion,
    });
    current.state = nextExpectedStreamVersion;
  };
}
