import { v7 as uuid } from 'uuid';
import { EventStore, type Head, type RecordedEvent, replay, start } from '#event-store';
import { GrowingTree, leafHash, leafOf, TreeBuilder } from '#merkle-log';
import { loadConfiguration, poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { openDatabase } from '../support/database.js';
import { event, metadata, streams } from './append.js';
import type { Bench } from './bench.js';
import { metered } from './cpu.js';
import { openFilled } from './filled.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios, repeat } from './rounds.js';

const batch = 1000;

/** The Merkle tree: its hashes alone, over a log that exists, and beside appends. */
export async function growingTrees(bench: Bench): Promise<Section> {
  const { rounds, seconds, replayed } = bench.effort;
  const hashes = await hashing(rounds, replayed);
  const backfill = await backfilling(bench);
  const appends = await appendingBeside(bench);
  return {
    title: 'm. The Merkle tree of the log',
    setting: `The hashes of ${replayed.toLocaleString('en-US')} events without a database. The worker's subscription over a log of ${backfill.events.toLocaleString('en-US')} events, beside \`replay\` of the same. Appends of one event as in a, ${seconds} s, with and without the subscription in the same process; it ends when each event is in the tree.`,
    tables: [
      {
        unit: 'events/s',
        lines: [
          { who: 'tree of an existing log', values: backfill.built.map(({ rate }) => rate) },
          { who: '`replay` of the log', values: backfill.read.map(({ rate }) => rate) },
          { who: 'appends beside the tree', values: appends.beside.map(({ rate }) => rate) },
          { who: 'appends alone', values: appends.alone.map(({ rate }) => rate) },
        ],
      },
      {
        unit: 'CPU µs per event, process and PostgreSQL',
        lines: [
          { who: 'hash of a leaf', values: hashes.leaves },
          { who: 'hashes of the tree, and a root each 1,000 leaves', values: hashes.tree },
          { who: 'tree of an existing log', values: backfill.built.map(({ cpu }) => cpu) },
          { who: 'appends beside the tree', values: appends.beside.map(({ cpu }) => cpu) },
          { who: 'appends alone', values: appends.alone.map(({ cpu }) => cpu) },
        ],
      },
      { unit: 'bytes per event', lines: [{ who: 'tiles on the disk', values: backfill.bytes }] },
    ],
    bars: [
      {
        what: 'CPU of the tree of an existing log per event',
        ratios: backfill.built.map(({ cpu }) => cpu),
        atMost: 20,
        unit: 'µs',
      },
      {
        what: 'appends beside the tree, of appends alone',
        ratios: ratios(
          appends.beside.map(({ rate }) => rate),
          appends.alone.map(({ rate }) => rate),
        ),
        atLeast: 0.9,
      },
    ],
  };
}

async function hashing(rounds: number, count: number) {
  const events = Array.from(
    { length: count },
    (_, position): RecordedEvent => ({
      ...event(2),
      ...{ id: uuid(), stream: 'attempts-17-1234', version: 2, generation: 1, xid: '745', schemaVersion: 1, metadata },
      ...{ position: String(position), recordedAt: '2031-05-05T10:00:00.000Z', hash: '07'.repeat(32) },
    }),
  );
  const leaves = events.map((each) => leafHash(leafOf(each)));
  const measure = (work: () => void) => async () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  };
  return inTurn(rounds, {
    leaves: measure(() => {
      for (const each of events) leafHash(leafOf(each));
    }),
    tree: measure(() => {
      const tree = new GrowingTree();
      for (let at = 0; at < count; at += batch) {
        tree.append(leaves.slice(at, at + batch));
        tree.root();
      }
    }),
  });
}

type Used = Awaited<ReturnType<typeof metered>>['cpu'];
const perEvent = ({ server, backends }: Used, events: number) => ((server + backends) * 1e6) / events;

async function backfilling({ admin, effort: { rounds, replayed }, say }: Bench) {
  const { database, events, close } = await openFilled(replayed, say);
  const name = new URL(database.url).pathname.slice(1);
  const bytes: number[] = [];
  const measure = (work: () => Promise<void>) => async () => {
    const begin = performance.now();
    const { cpu } = await metered(admin, process.pid, name, work);
    return { rate: events / ((performance.now() - begin) / 1000), cpu: perEvent(cpu, events) };
  };
  try {
    const { built, read } = await inTurn(rounds, {
      built: async () => {
        await removeTrees(database.owner);
        const result = await measure(() => whileBuilding(database.pool, () => grown(database.owner, events)))();
        const size = `select pg_total_relation_size('merkle_tiles')::float as size`;
        bytes.push((await database.owner.query(size)).rows[0].size / events);
        return result;
      },
      read: measure(async () => {
        for await (const _ of replay(database.pool));
      }),
    });
    return { built, read, events, bytes: bytes.slice(-rounds) };
  } finally {
    await close();
  }
}

async function appendingBeside({ admin, effort: { rounds, seconds } }: Bench) {
  const database = await openDatabase();
  const ours = new Database(poolOptions(database.url, { max: connections + 4 }));
  const name = new URL(database.url).pathname.slice(1);
  const store = new EventStore(ours);
  const next = streams<Head>(start);
  const append = async (connection: number) => {
    const place = next(connection);
    const one = { stream: place.stream, after: place.state, events: [event(place.version)], metadata };
    [place.state] = await store.append([one]);
  };
  const measure = async (work: () => ReturnType<typeof repeat>) => {
    const { result, cpu } = await metered(admin, process.pid, name, work);
    return { rate: result.times / result.seconds, cpu: perEvent(cpu, result.times) };
  };
  const all = async () => Number((await database.owner.query('select count(*) from events')).rows[0].count);
  try {
    return await inTurn(rounds, {
      alone: () => measure(() => repeat(seconds, append)),
      beside: async () => {
        // The events that were appended alone are in the tree before.
        await whileBuilding(ours, async () => grown(database.owner, await all()));
        return measure(() =>
          whileBuilding(ours, async () => {
            const result = await repeat(seconds, append);
            await grown(database.owner, await all());
            return result;
          }),
        );
      },
    });
  } finally {
    await ours.end();
    await database.close();
  }
}

async function whileBuilding<T>(database: Database, work: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const running = new TreeBuilder(database, loadConfiguration({}), { batch }).run(end.signal);
  return work().finally(() => {
    end.abort();
    return running;
  });
}

const grown = (owner: Database, events: number) =>
  until('each event is in the tree', async () => {
    const { rows } = await owner.query('select max(size)::int as size from merkle_state');
    return rows[0].size === events + 1;
  });

async function removeTrees(owner: Database) {
  await owner.query('alter table merkle_tiles disable trigger append_only');
  await owner.query('truncate merkle_tiles, merkle_state');
  await owner.query('alter table merkle_tiles enable always trigger append_only');
  await owner.query(`delete from checkpoints where name = 'merkle'`);
}
