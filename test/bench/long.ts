import { EventStore, headOf } from '#event-store';
import { projectInline } from '#read-models';
import { poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { openStartableDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import { type Contender, type Learner, request, startService } from './contenders.js';
import { enrol, learners, publish } from './courses.js';
import { Load, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, median, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const courseId = 'course-v1:OrgX+Demo+2031';
const events = 10_000;

/** Measures what a very long stream costs its own commands and other requests. */
export async function longStream({ effort, dir, say }: Bench): Promise<Section> {
  const database = await openStartableDatabase();
  const load = new Load();
  let service: Contender | undefined;
  try {
    service = await startService(dir, 'service-of-long-streams', database);
    const { port, credentials } = service;
    await enrol(service, courseId, connections + 2);
    const [examId] = await publish(service, courseId, 1, { time_limit_mins: 600 });
    const begin = async (learner: Learner) => {
      const as = await credentials(learner);
      const body = { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' };
      const { exam_attempt_id: id } = await request(port, 'POST', `${root}/attempt`, as, body);
      return { as, id, userId: learner.id };
    };
    const all = [];
    for (const learner of learners(connections + 2)) all.push(await begin(learner));
    const [long, short, ...pollers] = all;
    say(`Making a stream of ${events} events …`);
    await lengthen(database.url, `attempts-${examId}-${long.userId}`, long.id);
    /** Staff can repeat this command without a limit. It reads, folds and decides like every command. */
    const stopAgain = async ({ as, id }: typeof long) => {
      const begin = performance.now();
      await request(port, 'PUT', `${root}/attempt/${id}`, as, { action: 'stop' });
      return performance.now() - begin;
    };
    const timed = (attempt: typeof long) => async () => {
      const times: number[] = [];
      for (let count = 0; count < 100; count++) times.push(await stopAgain(attempt));
      return median(times);
    };
    const requests = pollers.map(({ as, id }) => ({
      text: requestText('GET', `${root}/attempt/${id}`, as),
      expected: { id, status: 'started' },
    }));
    const poll = async () => {
      const report = await load.put({ port, seconds: effort.seconds, connections, requests, repeats: true });
      return report.requests / report.seconds;
    };
    const beside = (attempt: typeof long) => async () => {
      let isOver = false;
      const changing = (async () => {
        while (!isOver) await stopAgain(attempt);
      })();
      const perSecond = await poll();
      isOver = true;
      await changing;
      return perSecond;
    };
    const took = await inTurn(effort.rounds, { long: timed(long), short: timed(short) });
    const polls = await inTurn(effort.rounds, { long: beside(long), short: beside(short) });
    return {
      title: 'l. A very long stream',
      setting: `One learner's stream at an exam has ${events.toLocaleString('en-US')} events, another's 3. Each stops the exam once more, again and again, by HTTP; then ${connections} connections poll beside.`,
      tables: [
        {
          unit: 'ms for a command, median',
          lines: [
            { who: `stream of ${events.toLocaleString('en-US')} events`, values: took.long },
            { who: 'stream of 3 events', values: took.short },
          ],
        },
        {
          unit: 'polls/s',
          lines: [
            { who: `beside commands on the long stream`, values: polls.long },
            { who: 'beside commands on the short stream', values: polls.short },
          ],
        },
      ],
      bars: [
        {
          what: 'command on a stream of 10,000 events, of a short one',
          ratios: ratios(took.long, took.short),
          atMost: 1.5,
        },
        { what: 'polls beside it, of those beside a short one', ratios: ratios(polls.long, polls.short), atLeast: 0.9 },
      ],
    };
  } finally {
    load.stop();
    await service?.stop();
    await database.close();
  }
}

/** Staff stop and continue the attempt until the stream is long. */
async function lengthen(url: string, stream: string, attemptId: number) {
  const pool = new Database(poolOptions(url, { max: 2 }));
  try {
    const store = new EventStore(pool, projectInline);
    const history = await store.read(stream);
    const { metadata } = history[0];
    const data = { attemptId, effects: [], at: new Date().toISOString() };
    const pair = ['AttemptStopped', 'AttemptContinued'].map((type) => ({ type, data }));
    while (history.length < events) {
      const append = { stream, after: headOf(history), history, events: Array(50).fill(pair).flat() };
      history.push(...(await store.append([{ ...append, metadata: { ...metadata, actor: { kind: 'clock' } } }])));
    }
  } finally {
    await pool.end();
  }
}
