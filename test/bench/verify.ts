import { EventStore, type Head, headOf, type RecordedEvent, start } from '#event-store';
import { proofsOf, signWhenDue, TreeBuilder, verifyLog } from '#merkle-log';
import { Clock } from '../../libs/clock/src/index.js';
import { loadConfiguration, poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { openDatabase } from '../support/database.js';
import { event, metadata } from './append.js';
import type { Bench } from './bench.js';
import { metered } from './cpu.js';
import type { Section } from './report.js';
import { inTurn } from './rounds.js';

const streams = 1000;
const proofs = 100;

/** Verifies a log of real hashes against its signed checkpoint, and proves events of it. */
export async function verifying({ admin, dir, effort: { rounds, replayed }, say }: Bench): Promise<Section> {
  const test = await openDatabase();
  const database = new Database(poolOptions(test.url, { max: 10 }));
  const store = new EventStore(database);
  try {
    say(`Writing and signing ${replayed.toLocaleString('en-US')} events …`);
    const written = await write(store, replayed);
    await buildAndSign(database, store, dir, replayed);
    const name = new URL(test.url).pathname.slice(1);
    const { verify, prove } = await inTurn(rounds, {
      verify: async () => {
        const begin = performance.now();
        const { result, cpu } = await metered(admin, process.pid, name, () => verifyLog(database, { store }));
        const [tree] = result;
        if (!tree || tree.findings.length > 0 || tree.covered < replayed) throw new Error(JSON.stringify(result));
        return [tree.events / ((performance.now() - begin) / 1000), tree.events / cpu.server];
      },
      prove: async () => {
        const begin = performance.now();
        for (let at = 0; at < proofs; at++)
          await proofsOf(database, [written[Math.floor((at * written.length) / proofs)]!]);
        return [(performance.now() - begin) / proofs];
      },
    });
    const perCpu = verify.map(([, rate]) => rate!);
    return {
      title: 'n. Verifying the log',
      setting: `\`verifyLog\` over ${replayed.toLocaleString('en-US')} events of ${streams.toLocaleString('en-US')} streams, and \`proofsOf\` for ${proofs} events, one after the other.`,
      tables: [
        {
          unit: 'events/s',
          lines: [
            { who: 'verified', values: verify.map(([rate]) => rate!) },
            { who: 'verified, per CPU second of the process', values: perCpu },
          ],
        },
        { unit: 'ms', lines: [{ who: 'proof of an event', values: prove.map(([ms]) => ms!) }] },
      ],
      bars: [
        { what: 'events verified per CPU second of the process', ratios: perCpu, atLeast: 60_000, unit: 'events' },
      ],
    };
  } finally {
    await database.end();
    await test.close();
  }
}

/** Answers one event of each append. */
async function write(store: EventStore, wanted: number): Promise<RecordedEvent[]> {
  const heads = new Map<string, Head>();
  const written: RecordedEvent[] = [];
  for (let count = 0, turn = 0; count < wanted; count += 1000, turn++) {
    const appends = Array.from({ length: 100 }, (_, at) => {
      const stream = `attempts-1-${(turn * 100 + at) % streams}`;
      const after = heads.get(stream) ?? start;
      const events = Array.from({ length: 10 }, (_, index) => event(after.version + index + 1));
      return { stream, after, events, metadata };
    });
    const recorded = await store.append(appends);
    for (const each of recorded) heads.set(each.stream, headOf([each]));
    written.push(recorded[0]!);
  }
  return written;
}

async function buildAndSign(database: Database, events: EventStore, dir: string, wanted: number) {
  const configuration = loadConfiguration({ DATA_DIR: dir });
  const end = new AbortController();
  const running = new TreeBuilder(database, configuration).run(end.signal);
  await until('each event is in the tree', async () => {
    const { rows } = await database.query('select max(size)::float as size from merkle_state');
    return rows[0].size > wanted;
  });
  const clock = new Clock(database);
  await clock.synchronize();
  await signWhenDue({ database, configuration, events, clock });
  end.abort();
  await running;
}
