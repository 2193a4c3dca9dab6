import { poolOptions } from '#configuration';
import { EventStore, type Head, type InlineProjection, start, VersionConflict } from '#event-store';
import { Database } from '../../libs/connections/src/index.js';
import { openDatabase } from '../support/database.js';
import { event, metadata, streams } from './append.js';
import type { Bench } from './bench.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios, repeat } from './rounds.js';

const countInline: InlineProjection = (stream, _, appended) => [
  {
    name: 'count',
    text: `insert into counted values ($1, $2) on conflict (stream) do update set version = excluded.version`,
    values: [stream, appended.at(-1)!.version],
  },
];

/** Measures the throughput of other clients while some clients are in conflict on one stream. */
export async function greedyStream({ effort: { rounds, seconds } }: Bench): Promise<Section> {
  const { url, owner, close } = await openDatabase();
  await owner.query('create table counted (stream text primary key, version integer)');
  await owner.query('grant all on counted to public');
  const pools = [url, url].map((each) => new Database(poolOptions(each)));
  const [store, second] = pools.map((pool) => new EventStore(pool, countInline));
  const write = appendLoop(store);
  const conflicts: Record<number, number[]> = { 2: [], 8: [] };
  const beside = (clients: number) => async (round: number) => {
    const stream = `attempts-1-${clients}-${round}`;
    const end = new AbortController();
    // Half of them use the store of the other clients, half use a second store, as another process would.
    const rivals = Array.from({ length: clients }, (_, index) =>
      appendInConflict(index % 2 === 0 ? store : second, pools[index % 2], stream, end.signal),
    );
    const { times, seconds: took } = await repeat(seconds, write);
    end.abort();
    const all = (await Promise.all(rivals)).reduce((sum, each) => sum + each, 0);
    if (round > 0) conflicts[clients]?.push(all / took);
    return times / took;
  };
  try {
    const { alone, two, eight } = await inTurn(rounds, { alone: beside(0), two: beside(2), eight: beside(8) });
    return {
      title: 'h. One greedy stream',
      setting: `${connections} clients append one event with a projected row, each to streams of its own, while 2 or 8 more clients append to one stream as fast as they can. Half of these use the same process as everybody else, half another store on the same database. ${seconds} s each.`,
      tables: [
        {
          unit: 'events/s of the others',
          lines: [
            { who: 'alone', values: alone },
            { who: 'beside 2 clients of one stream', values: two },
            { who: 'beside 8 clients of one stream', values: eight },
          ],
        },
        {
          unit: 'conflicts/s',
          lines: [
            { who: '2 clients of one stream', values: conflicts[2] },
            { who: '8 clients of one stream', values: conflicts[8] },
          ],
        },
      ],
      bars: [
        { what: 'others beside 2 conflicting clients, of alone', ratios: ratios(two, alone), atLeast: 0.9 },
        { what: 'others beside 8 conflicting clients, of alone', ratios: ratios(eight, alone), atLeast: 0.8 },
      ],
    };
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await close();
  }
}

function appendLoop(store: EventStore) {
  const next = streams<Head>(start);
  return async (connection: number) => {
    const current = next(connection);
    const append = {
      stream: current.stream,
      after: current.state,
      events: [event(current.version)],
      metadata,
      history: [],
    };
    [current.state] = await store.append([append]);
  };
}

/** Appends to one stream until the signal. Answers how often another append came first. */
async function appendInConflict(
  store: EventStore,
  pool: Database,
  stream: string,
  signal: AbortSignal,
): Promise<number> {
  let conflicts = 0;
  while (!signal.aborted) {
    const { rows } = await pool.query<Head>({
      name: 'head',
      text: `select version::integer, encode(head_hash, 'hex') as hash from streams where id = $1`,
      values: [stream],
    });
    try {
      await store.append([{ stream, after: rows[0] ?? start, events: [event(2)], metadata, history: [] }]);
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      conflicts++;
    }
  }
  return conflicts;
}
