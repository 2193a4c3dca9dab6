import { openStartableDatabase } from '../support/database.js';
import { contentId, courseId } from '../support/service.js';
import type { Bench } from './bench.js';
import { type Contender, startReference, startService } from './contenders.js';
import { enrol, learners, publish } from './courses.js';
import { metered } from './cpu.js';
import { Load, type Plan, type Report, type Request, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';

const scenarios = {
  create: 'create and start (R9 POST)',
  poll: 'poll (R6 GET)',
  sequence: 'exam with attempt (R24 GET)',
  change: 'stop, start (R6 PUT)',
};
type Scenario = keyof typeof scenarios;
type Sample = { perSecond: number; server: number; backends: number };
type Measured = Record<Scenario, Sample>;

/** Sends the requests of an exam day to the service and to the reference. */
export async function answeringRequests(bench: Bench): Promise<Section> {
  const { effort, dir, admin, server, say } = bench;
  const database = await openStartableDatabase();
  const load = new Load();
  const started: Contender[] = [];
  try {
    say('Starting the service and the reference …');
    const ours = await startService(dir, 'service', database);
    started.push(ours);
    const theirs = await startReference(dir, admin, server);
    started.push(theirs);
    const shapes = new AnswerShapes();
    const { service, reference } = await inTurn(effort.rounds, {
      service: await examDay(bench, load, ours, shapes),
      reference: await examDay(bench, load, theirs, shapes),
    });
    const all = Object.entries(scenarios) as [Scenario, string][];
    const values = (side: Measured[], scenario: Scenario, figure: keyof Sample) =>
      side.map((round) => round[scenario][figure]);
    const table = (unit: string, figure: keyof Sample) => ({
      unit,
      lines: all.flatMap(([scenario, what]) => [
        { who: `${what}: service`, values: values(service, scenario, figure) },
        { who: `${what}: reference`, values: values(reference, scenario, figure) },
      ]),
    });
    return {
      title: 'c. HTTP, beside the reference',
      setting: `The service is one process (\`ROLE=api\`), the reference edx-proctoring 4.16.1 under gunicorn with 2 workers of 4 threads; each has its own database in the same PostgreSQL. One client process with ${connections} keep-alive connections, ${effort.seconds} s per request kind and round; every answer must be 200 and hold the right attempt. ${effort.learners} learners; each round creates attempts, polls them, asks for their sequences, then stops and starts them. The service checks JWTs, the reference takes the user's name from a header. CPU time is that of the server's processes, and in the last table that of its connections' PostgreSQL backends.`,
      tables: [
        table('requests/s', 'perSecond'),
        table('CPU ms per request, server', 'server'),
        table('CPU ms per request, PostgreSQL', 'backends'),
      ],
      bars: all.flatMap(([scenario, what]) => [
        {
          what: `${what}, CPU time per request`,
          ratios: ratios(values(reference, scenario, 'server'), values(service, scenario, 'server')),
          atLeast: 20,
        },
        {
          what: `${what}, requests/s`,
          ratios: ratios(values(service, scenario, 'perSecond'), values(reference, scenario, 'perSecond')),
          atLeast: 20,
        },
      ]),
    };
  } finally {
    load.stop();
    await Promise.all(started.map((contender) => contender.stop()));
    await database.close();
  }
}

type LearnerAtExam = { as: Record<string, string>; examId: number; content: string };

/** Describes the course to a contender, and answers the function that measures one round. */
async function examDay({ effort, admin, say }: Bench, load: Load, contender: Contender, shapes: AnswerShapes) {
  const { name, port, pid, database } = contender;
  const creations = effort.seconds * 3000;
  const exams = Math.ceil((creations * (effort.rounds + 1)) / effort.learners);
  say(`Describing ${effort.learners} learners and ${exams} exams to the ${name} …`);
  await enrol(contender, courseId, effort.learners);
  const examIds = await publish(contender, courseId, exams, { time_limit_mins: 600 });
  const credentials = await Promise.all(learners(effort.learners).map((learner) => contender.credentials(learner)));
  const seat = (index: number): LearnerAtExam => {
    const exam = Math.floor(index / credentials.length);
    return { as: credentials[index % credentials.length], examId: examIds[exam], content: contentId(`exam${exam}`) };
  };

  return async (round: number): Promise<Measured> => {
    const measured = {} as Measured;
    const measure = async (scenario: Scenario, requests: Request[], repeats = true): Promise<Report> => {
      const plan: Plan = { port, seconds: effort.seconds, connections, requests, repeats };
      const { result, cpu } = await metered(admin, pid, database, () => load.put(plan));
      const each = (seconds: number) => (seconds * 1000) / result.requests;
      measured[scenario] = {
        perSecond: result.requests / result.seconds,
        server: each(cpu.server),
        backends: each(cpu.backends),
      };
      shapes.compare(scenario, result.answers[0]);
      say(`  round ${round}: ${name}, ${scenarios[scenario]}: ${Math.round(measured[scenario].perSecond)}/s`);
      return result;
    };

    const seats = Array.from({ length: creations }, (_, index) => seat(round * creations + index));
    const { answers } = await measure('create', seats.map(creation), false);
    const attempts = answers.flatMap((answer, index) =>
      answer ? [{ ...seats[index], id: answer.exam_attempt_id as number }] : [],
    );
    const some = attempts.slice(0, effort.learners);
    await measure(
      'poll',
      some.map(({ as, id }) => ({
        text: requestText('GET', `${root}/attempt/${id}`, as),
        expected: { id, status: 'started', taking_as_proctored: true },
      })),
    );
    await measure(
      'sequence',
      some.map(({ as, id, examId, content }) => ({
        text: requestText(
          'GET',
          `${root}/attempt/course_id/${courseId}?content_id=${encodeURIComponent(content)}&is_learning_mfe=true`,
          as,
        ),
        expected: {
          exam: { id: examId, attempt: { attempt_id: id, attempt_status: 'started' } },
          active_attempt: { in_timed_exam: true },
        },
      })),
    );
    await measure('change', stopsAndStarts(attempts));
    return measured;
  };
}

const creation = ({ as, examId }: LearnerAtExam): Request => ({
  text: requestText('POST', `${root}/attempt`, as, { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' }),
  expected: {},
});

/** Each attempt is stopped and then started over the same connection. */
function stopsAndStarts(attempts: (LearnerAtExam & { id: number })[]): Request[] {
  const groups = Array.from({ length: Math.floor(attempts.length / connections) }, (_, group) =>
    attempts.slice(group * connections, (group + 1) * connections),
  );
  return groups.flatMap((group) =>
    ['stop', 'start'].flatMap((action) =>
      group.map(({ as, id }) => ({
        text: requestText('PUT', `${root}/attempt/${id}`, as, { action }),
        expected: { exam_attempt_id: id },
      })),
    ),
  );
}

/** Checks that both contenders do the same work: their answers must have the same keys. */
class AnswerShapes {
  private readonly known = new Map<Scenario, string>();

  compare(scenario: Scenario, body: unknown) {
    const shape = keysOf(body).join(' ');
    const known = this.known.get(scenario) ?? shape;
    this.known.set(scenario, known);
    if (known !== shape) throw new Error(`${scenarios[scenario]}: the answers differ:\n${known}\n${shape}`);
  }
}

const keysOf = (value: unknown, path = ''): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .flatMap(([key, part]) => keysOf(part, `${path}.${key}`))
        .sort()
    : [path];
