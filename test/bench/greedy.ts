import { poolOptions } from '#configuration';
import { EventStore, type Head, type InlineProjection, start, VersionConflict } from '#event-store';
import { Database } from '../../libs/connections/src/index.js';
import { openDatabase } from '../support/database.js';
import { event, metadata, streams } from './append.js';
import type { Bench } from './bench.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios, repeat } from './rounds.js';

const counting: InlineProjection = (stream, _, appended) => [
  {
    name: 'count',
    text: `insert into counted values ($1, $2) on conflict (stream) do update set version = excluded.version`,
    values: [stream, appended.at(-1)!.version],
  },
];

/** The throughput that clients in conflict on one stream leave to everybody else. */
export async function beingGreedy({ effort: { rounds, seconds } }: Bench): Promise<Section> {
  const { url, owner, close } = await openDatabase();
  await owner.query('create table counted (stream text primary key, version integer)');
  await owner.query('grant all on counted to public');
  const pools = [url, url].map((each) => new Database(poolOptions(each)));
  const [store, second] = pools.map((pool) => new EventStore(pool, counting));
  const write = writing(store);
  const conflicts: Record<number, number[]> = { 2: [], 8: [] };
  const beside = (clients: number) => async (round: number) => {
    const stream = `attempts-1-${clients}-${round}`;
    const end = new AbortController();
    // Half of them meet in the same process as everybody else, half come from another.
    const offenders = Array.from({ length: clients }, (_, index) =>
      offend(index % 2 === 0 ? store : second, pools[index % 2], stream, end.signal),
    );
    const { times, seconds: took } = await repeat(seconds, write);
    end.abort();
    const all = (await Promise.all(offenders)).reduce((sum, each) => sum + each, 0);
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

function writing(store: EventStore) {
  const next = streams<Head>(start);
  return async (connection: number) => {
    const place = next(connection);
    const append = { stream: place.stream, after: place.state, events: [event(place.version)], metadata, history: [] };
    [place.state] = await store.append([append]);
  };
}

/** Appends to one stream until the signal; answers how often somebody else was faster. */
async function offend(store: EventStore, pool: Database, stream: string, signal: AbortSignal): Promise<number> {
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
