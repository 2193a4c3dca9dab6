import { openStartableDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import { type Contender, request, startReference, startService } from './contenders.js';
import { enrol, learners as learnersOf, publish, staff } from './courses.js';
import { metered } from './cpu.js';
import { Load, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const courseId = 'course-v1:OrgX+Demo+2031';
const [learners, exams] = [50, 10];

type Sample = { perSecond: number; server: number; backends: number };

/** Requests the list of a course's attempts from the service and from the reference. */
export async function groupedAttempts(bench: Bench): Promise<Section> {
  const { dir, admin, server, effort } = bench;
  const database = await openStartableDatabase();
  const load = new Load();
  const started: Contender[] = [];
  try {
    const ours = await startService(dir, 'service-of-lists', database);
    started.push(ours);
    const theirs = await startReference(dir, admin, server, 'reference-of-lists');
    started.push(theirs);
    const contenders = { service: await list(bench, load, ours), reference: await list(bench, load, theirs) };
    const { service, reference } = await inTurn(effort.rounds, contenders);
    const table = (unit: string, figure: keyof Sample) => ({
      unit,
      lines: Object.entries({ service, reference }).map(([who, samples]) => ({
        who,
        values: samples.map((sample) => sample[figure]),
      })),
    });
    const bar = (what: string, these: number[], those: number[]) => ({
      what,
      ratios: ratios(these, those),
      atLeast: 50,
    });
    return {
      title: 'f. Grouped attempts, beside the reference',
      setting: `The first page of ${learners * exams} attempts (R7), of ${learners} learners at ${exams} exams; everything else as in c.`,
      tables: [
        table('requests/s', 'perSecond'),
        table('CPU ms per request, server', 'server'),
        table('CPU ms per request, PostgreSQL', 'backends'),
      ],
      bars: [
        bar(
          'grouped attempts (R7), CPU time per request',
          reference.map((sample) => sample.server),
          service.map((sample) => sample.server),
        ),
        bar(
          'grouped attempts (R7), requests/s',
          service.map(({ perSecond }) => perSecond),
          reference.map(({ perSecond }) => perSecond),
        ),
      ],
    };
  } finally {
    load.stop();
    await Promise.all(started.map((contender) => contender.stop()));
    await database.close();
  }
}

/** Creates the attempts at a contender, and answers the function that measures one round. */
async function list({ effort, admin, say }: Bench, load: Load, contender: Contender) {
  const { name, port, pid, database } = contender;
  say(`Filling the ${name} with ${learners * exams} attempts …`);
  await enrol(contender, courseId, learners);
  const examIds = await publish(contender, courseId, exams, { time_limit_mins: 600 });
  for (const exam_id of examIds)
    for (const learner of learnersOf(learners)) {
      const as = await contender.credentials(learner);
      await request(port, 'POST', `${root}/attempt`, as, { exam_id, attempt_proctored: 'true', start_clock: 'true' });
    }
  const as = await contender.credentials(staff);
  const text = requestText('GET', `${root}/attempt/grouped/course_id/${courseId}`, as);
  const pages = (learners * exams) / 25;
  const expected = { proctored_exam_attempts: { length: 25 }, pagination_info: { total_pages: pages } };
  const requests = Array.from({ length: connections }, () => ({ text, expected }));
  const plan = { port, seconds: effort.seconds, connections, requests, repeats: true };
  return async (round: number): Promise<Sample> => {
    const { result, cpu } = await metered(admin, pid, database, () => load.put(plan));
    const each = (seconds: number) => (seconds * 1000) / result.requests;
    const perSecond = result.requests / result.seconds;
    say(`  round ${round}: ${name}: ${perSecond.toFixed(1)}/s`);
    return { perSecond, server: each(cpu.server), backends: each(cpu.backends) };
  };
}
