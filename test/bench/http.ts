import { openStartableDatabase } from '../support/database.js';
import { contentId, courseId, publishedExam } from '../support/service.js';
import type { Bench } from './bench.js';
import { type Contender, type Learner, request, startOracle, startService } from './contenders.js';
import { metered } from './cpu.js';
import { Load, type Plan, type Report, type Request, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1/proctored_exam';
const exam = (index: number) => `exam-${index + 1}`;
const staff = { id: 1, username: 'staff', is_staff: true };

const scenarios = {
  create: 'create and start (R9 POST)',
  poll: 'poll (R6 GET)',
  sequence: 'exam with attempt (R24 GET)',
  change: 'stop, start (R6 PUT)',
};
type Scenario = keyof typeof scenarios;
type Sample = { perSecond: number; server: number; backends: number };
type Measured = Record<Scenario, Sample>;

/** The requests of an exam day, answered by the service and by the reference. */
export async function answering(bench: Bench): Promise<Section> {
  const { effort, dir, admin, server, say } = bench;
  const database = await openStartableDatabase();
  const load = new Load();
  const started: Contender[] = [];
  try {
    say('Starting the service and the reference …');
    const ours = await startService(dir, 'service', database);
    started.push(ours);
    const oracle = await startOracle(dir, admin, server);
    started.push(oracle);
    const shapes = new Shapes();
    const { service, reference } = await inTurn(effort.rounds, {
      service: await examDay(bench, load, ours, shapes),
      reference: await examDay(bench, load, oracle, shapes),
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
      setting: `The service is one process (\`ROLE=api\`), the reference edx-proctoring 4.16.1 under gunicorn with 2 workers of 4 threads; each has a database of its own in the same PostgreSQL. One client process with ${connections} keep-alive connections, ${effort.seconds} s per request kind and round; every answer must be 200 and hold the right attempt. ${effort.learners} learners; each round creates attempts, polls them, asks for their sequences, then stops and starts them. The service checks JWTs, the reference takes the user's name from a header. CPU time is that of the server's processes, and in the last table that of its connections' PostgreSQL backends.`,
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

type Place = { as: Record<string, string>; examId: number; examName: string };

/** Describes the course to a contender; answers what measures one round of it. */
async function examDay({ effort, admin, say }: Bench, load: Load, contender: Contender, shapes: Shapes) {
  const { name, port, pid, database } = contender;
  const learners: Learner[] = Array.from({ length: effort.learners }, (_, index) => ({
    id: 1000 + index,
    username: `learner${index}`,
  }));
  const creations = effort.seconds * 3000;
  const exams = Math.ceil((creations * (effort.rounds + 1)) / effort.learners);
  say(`Telling the ${name} of ${learners.length} learners and ${exams} exams …`);
  const described = (people: Learner[]) =>
    people.map((person) => ({ ...person, email: `${person.username}@example.org`, full_name: person.username }));
  const courses = [{ course_id: courseId, display_name: 'Demo', escalation_email: 'help@example.org' }];
  await contender.seed({ users: described([staff]), courses });
  // The reference takes them one by one: all in one request would be too long for one answer.
  for (let first = 0; first < learners.length; first += 200) {
    const some = learners.slice(first, first + 200);
    const enrollments = some.map(({ username }) => ({ user: username, course_id: courseId, mode: 'verified' }));
    await contender.seed({ users: described(some), enrollments });
  }
  const examIds: { exam_id: number }[] = await request(
    port,
    'PATCH',
    `${root}/exam_registration/course_id/${courseId}`,
    await contender.credentials(staff),
    Array.from({ length: exams }, (_, index) => publishedExam(exam(index), { time_limit_mins: 600 })),
  );
  const credentials = await Promise.all(learners.map((learner) => contender.credentials(learner)));
  const place = (index: number): Place => {
    const number = Math.floor(index / learners.length);
    return { as: credentials[index % learners.length], examId: examIds[number].exam_id, examName: exam(number) };
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

    const places = Array.from({ length: creations }, (_, index) => place(round * creations + index));
    const { answers } = await measure('create', places.map(creation), false);
    const attempts = answers.flatMap((answer, index) =>
      answer ? [{ ...places[index], id: answer.exam_attempt_id as number }] : [],
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
      some.map(({ as, id, examId, examName }) => ({
        text: requestText(
          'GET',
          `${root}/attempt/course_id/${courseId}?content_id=${encodeURIComponent(contentId(examName))}&is_learning_mfe=true`,
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

const creation = ({ as, examId }: Place): Request => ({
  text: requestText('POST', `${root}/attempt`, as, { exam_id: examId, attempt_proctored: 'true', start_clock: 'true' }),
  expected: {},
});

/** Each attempt is stopped and then started over the same connection. */
function stopsAndStarts(attempts: (Place & { id: number })[]): Request[] {
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

/** Sees to it that both contenders do the same work: their answers have the same keys. */
class Shapes {
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
