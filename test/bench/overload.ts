import { openStartableDatabase } from '../support/database.js';
import { courseId } from '../support/service.js';
import type { Bench } from './bench.js';
import { type Contender, startService } from './contenders.js';
import { enrol, learners, publish } from './courses.js';
import { Load, requestText } from './load.js';
import { arrive, type KindReport } from './open-loop.js';
import type { Section } from './report.js';
import { connections, quantile } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const overload = 3;
/** The rates of polls and submits, as shares of the capacity. */
const shares = { poll: 1, submit: 0.2 };

type LearnerAtExam = { as: Record<string, string>; examId: number };

/** Overloads the service: too many learners start attempts while others poll and submit. Requests do not wait for answers. */
export async function overloading(bench: Bench): Promise<Section> {
  const { dir, effort, say } = bench;
  const database = await openStartableDatabase();
  const load = new Load();
  const service = await startService(dir, 'overloaded', database);
  try {
    const seats = await seatsOf(service, effort.learners, say);
    const capacity = await capacityOf(service, seats, effort.seconds, say);
    const seconds = effort.seconds * 20;
    const submits = Math.ceil(capacity * shares.submit * seconds);
    say(`Starting ${submits} attempts that will be submitted …`);
    const plan = { port: service.port, seconds: 600, connections, repeats: false };
    const requests = seats.next(submits).map((seat) => ({ seat, text: creation(seat), expected: {} }));
    const { answers } = await load.put({ ...plan, requests });
    const running = answers.map(({ exam_attempt_id: id }, index) => ({ ...requests[index].seat, id }));

    say(`${overload} × ${capacity} starts a second for ${seconds} s, with polls and submits …`);
    const attempt = (method: string, { as, id }: (typeof running)[number], body?: object) =>
      requestText(method, `${root}/attempt/${id}`, as, body);
    const polls = Math.ceil(capacity * shares.poll * seconds);
    const report = await arrive(service.port, [
      {
        name: 'start',
        perSecond: overload * capacity,
        texts: seats.next(overload * capacity * seconds).map(creation),
      },
      {
        name: 'poll',
        perSecond: capacity * shares.poll,
        texts: Array.from({ length: polls }, (_, index) => attempt('GET', running[index % running.length])),
      },
      {
        name: 'submit',
        perSecond: capacity * shares.submit,
        texts: running.map((each) => attempt('PUT', each, { action: 'submit' })),
      },
    ]);
    return section(capacity, seconds, report as Record<'start' | 'poll' | 'submit', KindReport>);
  } finally {
    load.stop();
    await service.stop();
    await database.close();
  }
}

const p99 = ({ latencies }: KindReport) => quantile(latencies, 0.99);

function section(capacity: number, seconds: number, report: Record<'start' | 'poll' | 'submit', KindReport>): Section {
  const { start, poll, submit } = report;
  const kinds = Object.entries(report);
  return {
    title: 'j. An exam hall, overloaded',
    setting: `The service is one process (\`ROLE=api\`). An open-loop client sends each request when it is due, even if earlier requests are not answered yet. The capacity is the highest rate of creations with start at which none is refused and 99 % are answered within 1 s. Then ${overload} × this rate for ${seconds} s, with ${shares.poll} × as many polls and ${shares.submit} × as many submits. Latency counts from when a request was due.`,
    tables: [
      { unit: 'requests/s', lines: [{ who: 'capacity: create and start', values: [capacity] }] },
      {
        unit: 'answered 200, requests/s',
        lines: kinds.map(([who, { latencies }]) => ({ who, values: [latencies.length / seconds] })),
      },
      {
        unit: 'refused with 503, requests/s',
        lines: kinds.map(([who, { refused }]) => ({ who, values: [refused / seconds] })),
      },
      {
        unit: 'latency of what was answered 200, s',
        lines: kinds.flatMap(([who, { latencies }]) => [
          { who: `${who}: median`, values: [quantile(latencies, 0.5)] },
          { who: `${who}: 99 %`, values: [quantile(latencies, 0.99)] },
        ]),
      },
    ],
    bars: [
      { what: 'submits under overload, 99 % within, of 1 s', ratios: [p99(submit)], atMost: 1 },
      { what: 'polls under overload, 99 % within, of 2 s', ratios: [p99(poll) / 2], atMost: 1 },
      {
        what: 'submits refused, of all',
        ratios: [submit.refused / (submit.refused + submit.latencies.length)],
        atMost: 0,
      },
      { what: 'submits without an answer', ratios: [submit.lost], atMost: 0 },
      {
        what: 'refusals without Retry-After',
        ratios: [kinds.reduce((sum, [, each]) => sum + each.withoutRetryAfter, 0)],
        atMost: 0,
      },
      {
        what: 'starts served under overload, of the capacity',
        ratios: [start.latencies.length / seconds / capacity],
        atLeast: 0.5,
      },
    ],
  };
}

const creation = ({ as, examId }: LearnerAtExam) =>
  requestText('POST', `${root}/attempt`, as, { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' });

/** Describes the course to the service. `next` answers learners at exams that they have not started yet. */
async function seatsOf(service: Contender, count: number, say: Bench['say']) {
  // One request publishes at most 1,000 exams.
  const exams = Math.min(1_000, Math.ceil(600_000 / count));
  say(`Describing ${count} learners and ${exams} exams to the service …`);
  await enrol(service, courseId, count);
  const examIds = await publish(service, courseId, exams, { time_limit_mins: 600 });
  const credentials = await Promise.all(learners(count).map((learner) => service.credentials(learner)));
  let given = 0;
  return {
    next: (wanted: number): LearnerAtExam[] =>
      Array.from({ length: Math.ceil(wanted) }, () => {
        const seat = given++;
        return { as: credentials[seat % count], examId: examIds[Math.floor(seat / count)] };
      }),
  };
}

/** Raises the rate until the service does not keep up, and then halves the step until the step is small. */
async function capacityOf(
  service: Contender,
  seats: Awaited<ReturnType<typeof seatsOf>>,
  seconds: number,
  say: Bench['say'],
): Promise<number> {
  const holds = async (perSecond: number) => {
    // This takes long enough that the queue cannot hold all requests.
    const texts = seats.next(perSecond * Math.max(5, seconds)).map(creation);
    const { start } = await arrive(service.port, [{ name: 'start', perSecond, texts }]);
    say(`  ${perSecond} starts a second: 99 % within ${p99(start).toFixed(2)} s, ${start.refused} refused`);
    return start.refused + start.lost === 0 && p99(start) <= 1;
  };
  await holds(100); // to warm up
  let capacity = 50;
  for (let step = 100; step >= 25; )
    if (await holds(capacity + step)) capacity += step;
    else step /= 2;
  return capacity;
}
