import { EventStore, type Head } from '#event-store';
import { poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { people } from '../support/service.js';
import type { Bench } from './bench.js';
import { type Contender, startService } from './contenders.js';
import { metered } from './cpu.js';
import { type Filled, openFilled } from './filled.js';
import { Load, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios, repeat } from './rounds.js';

/** The number of attempts that are polled and appended to, spread evenly over all attempts. */
const sampled = 1008;

type Cost = { time: number; cpu: number };

/** Measures the cost of an append and of a poll in a nearly empty store and in a large store. */
export async function growingStore(bench: Bench): Promise<Section> {
  const { effort, say } = bench;
  const load = new Load();
  const stores: Filled[] = [];
  const services: Contender[] = [];
  try {
    const open = async (name: string, events: number) => {
      const filled = await openFilled(events, say);
      stores.push(filled);
      const service = await startService(bench.dir, name, filled.database);
      services.push(service);
      return { filled, service };
    };
    const small = await open('small', effort.small);
    const large = await open('large', effort.large);
    const polls = await inTurn(effort.rounds, {
      small: await polling(bench, load, small),
      large: await polling(bench, load, large),
    });
    await Promise.all(services.map((service) => service.stop()));
    const appends = await inTurn(effort.rounds, {
      small: await appendingTo(bench, small.filled),
      large: await appendingTo(bench, large.filled),
    });
    const count = (filled: Filled) => filled.events.toLocaleString('en-US');
    const kinds = { append: appends, poll: polls };
    const table = (unit: string, figure: keyof Cost) => ({
      unit,
      lines: Object.entries(kinds).flatMap(([kind, costs]) => [
        { who: `${kind}, ${count(small.filled)} events`, values: costs.small.map((cost) => cost[figure]) },
        { who: `${kind}, ${count(large.filled)} events`, values: costs.large.map((cost) => cost[figure]) },
      ]),
    });
    return {
      title: 'd. The size of the store',
      setting: `The same appends and polls (R6 GET over HTTP) with ${count(small.filled)} and with ${count(large.filled)} events in the store, on ${sampled} attempts that are spread evenly over it; ${connections} connections. Appends are measured for a third of the time, because they make the smaller store grow. CPU time is that of the process that appends or serves and of its PostgreSQL backends together.`,
      tables: [table('time per operation, ms', 'time'), table('CPU per operation, ms', 'cpu')],
      bars: Object.entries(kinds).flatMap(([kind, { small, large }]) =>
        (['time', 'cpu'] as const).map((figure) => ({
          what: `${kind}, ${figure === 'cpu' ? 'CPU' : 'time'}, of that with few events`,
          ratios: ratios(
            large.map((cost) => cost[figure]),
            small.map((cost) => cost[figure]),
          ),
          atMost: 1.2,
        })),
      ),
    };
  } finally {
    load.stop();
    await Promise.all(services.map((service) => service.stop()));
    await Promise.all(stores.map((store) => store.close()));
  }
}

const sampleOf = ({ firstAttempt, attempts }: Filled): number[] => {
  const size = Math.min(sampled, attempts - (attempts % connections));
  return Array.from({ length: size }, (_, index) => firstAttempt + Math.floor((index * attempts) / size));
};

const costOf = (times: number, seconds: number, cpu: { server: number; backends: number }): Cost => ({
  time: (seconds * 1000) / times,
  cpu: ((cpu.server + cpu.backends) * 1000) / times,
});

async function polling(
  { effort, admin }: Bench,
  load: Load,
  { filled, service }: { filled: Filled; service: Contender },
) {
  const requests = await Promise.all(
    sampleOf(filled).map(async (id) => {
      const learner = filled.learnerOf(id);
      const as = await service.credentials({ id: learner, username: `learner${learner}` });
      return {
        text: requestText('GET', `/api/edx_proctoring/v1/proctored_exam/attempt/${id}`, as),
        expected: { id, status: 'started', user: { id: learner } },
      };
    }),
  );
  const plan = { port: service.port, seconds: effort.seconds, connections, requests, repeats: true };
  return async (): Promise<Cost> => {
    const { result, cpu } = await metered(admin, service.pid, service.database, () => load.put(plan));
    return costOf(result.requests, result.seconds, cpu);
  };
}

async function appendingTo({ effort, admin }: Bench, filled: Filled) {
  const { url, owner } = filled.database;
  const streams = sampleOf(filled).map((attempt) => filled.streamOf(attempt));
  const { rows } = await owner.query(
    `select id, version::int, encode(head_hash, 'hex') as hash from streams where id = any($1)`,
    [streams],
  );
  if (rows.length !== streams.length) throw new Error(`${rows.length} streams were found of ${streams.length}`);
  const heads: { id: string; head: Head }[] = rows.map(({ id, version, hash }) => ({ id, head: { version, hash } }));
  const userId = people.alice.user_id;
  const metadata = {
    commandId: 'c',
    actor: { kind: 'user' as const, userId },
    courseId: 'course-v1:OrgX+Demo+2031',
    examId: 1,
    userId,
  };
  const event = { type: 'AttemptStopped', data: { attemptId: 4711, at: '2031-05-05T10:00:00.000Z' } };
  const next = Array.from({ length: connections }, (_, connection) => connection);
  return async (): Promise<Cost> => {
    const pool = new Database(poolOptions(url, { max: connections }));
    const store = new EventStore(pool);
    const database = new URL(url).pathname.slice(1);
    const { result, cpu } = await metered(admin, process.pid, database, () =>
      repeat(effort.seconds / 3, async (connection) => {
        const place = heads[next[connection]];
        next[connection] = (next[connection] + connections) % heads.length;
        [place.head] = await store.append([{ stream: place.id, after: place.head, events: [event], metadata }]);
      }),
    );
    await pool.end();
    return costOf(result.times, result.seconds, cpu);
  };
}
