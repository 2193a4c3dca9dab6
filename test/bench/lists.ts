import { openDatabase } from '../database.js';
import type { Bench } from './bench.js';
import { type Contender, startService } from './contenders.js';
import { enrol, fillWithAttempts, learnerNamed, publish } from './courses.js';
import { metered } from './cpu.js';
import { Load, type Request, requestText } from './load.js';
import type { Section } from './report.js';
import { connections, inTurn, ratios } from './rounds.js';

const root = '/api/edx_proctoring/v1';
const staff = { id: 1, username: 'staff', is_staff: true };
const exams = 10;
const few = 500;
const pageSize = 25;

type Cost = { time: number; cpu: number };
/** What is asked of a list of so many entries; `found` is how many of them. */
type Question = { query: string; found: number };
type Questions = Record<string, (entries: number) => Question[]>;

/** Somebody in the middle of those in the list, so that their name is nowhere near its ends. */
const somebody = (people: number) =>
  Array.from({ length: connections }, (_, index) => learnerNamed(Math.floor(people / 2) + index));
const lastPage = (entries: number) => Math.ceil(entries / pageSize);
const pages = {
  'first page': (entries: number) => [{ query: '', found: entries }],
  'last page': (entries: number) => [{ query: `?page=${lastPage(entries)}`, found: entries }],
  'page in the middle': (entries: number) => [{ query: `?page=${Math.ceil(lastPage(entries) / 2)}`, found: entries }],
};
const inAllCases = (text: string) =>
  [...text].reduce(
    (begun, letter) => begun.flatMap((each) => [...new Set([letter, letter.toUpperCase()])].map((end) => each + end)),
    [''],
  );
/** What everybody's e-mail has, and everybody's user name, each in more ways than the service remembers. */
const byDomain = inAllCases('@example.org');
const byName = ['learner0', 'learner', 'learne', 'earner0', 'earner', 'arner0', 'arner', 'learn', 'earne'].flatMap(
  inAllCases,
);
const grouped: Questions = {
  ...pages,
  'search, one learner': (groups) =>
    somebody(groups / exams).map((name) => ({ query: `/search/${name}`, found: exams })),
  'search, nobody by two characters': () => [{ query: '/search/qq', found: 0 }],
  'search, everybody': (groups) => [{ query: '/search/example', found: groups }],
  'search, everybody by domain, the first time': (groups) =>
    byDomain.map((text) => ({ query: `/search/${text}`, found: groups })),
  'search, everybody by user name, the first time': (groups) =>
    byName.map((text) => ({ query: `/search/${text}`, found: groups })),
};
/** Of those who did anything every other one has been verified, and one in a thousand rejected. */
const lifeOf = (learner: number) => [
  'AttemptStarted',
  'AttemptSubmitted',
  ...(learner % 2 === 0 ? ['AttemptVerified'] : learner % 1000 === 1 ? ['AttemptRejected'] : []),
];
const onboarding: Questions = {
  ...pages,
  'search, one learner': (learners) => somebody(learners).map((name) => ({ query: `?text_search=${name}`, found: 1 })),
  'search, nobody by two characters': () => [{ query: '?text_search=qq', found: 0 }],
  'search, everybody': (learners) => [{ query: '?text_search=example', found: learners }],
  'search, everybody by domain, the first time': (learners) =>
    byDomain.map((text) => ({ query: `?text_search=${text}`, found: learners })),
  'search, everybody by user name, the first time': (learners) =>
    byName.map((text) => ({ query: `?text_search=${text}`, found: learners })),
  'of one status': (learners) => [{ query: '?statuses=verified', found: (learners * 4) / 10 }],
  'of a rare status': (learners) => [{ query: '?statuses=rejected', found: Math.ceil((learners * 8) / 10_000) }],
};

/** What a page of a long list costs, beside one of a short list. */
export async function listing(bench: Bench): Promise<Section> {
  const { effort, dir, admin, say } = bench;
  const database = await openDatabase();
  const load = new Load();
  let service: Contender | undefined;
  try {
    service = await startService(dir, 'lists', database.url);
    const sizes = {
      short: { groups: few, learners: few },
      long: { groups: effort.listed, learners: effort.listed / 2 },
    };
    for (const [name, { groups, learners }] of Object.entries(sizes)) {
      say(`Filling courses with ${groups} attempts and with ${learners} learners …`);
      const [attempted, boarded] = [courseOf('attempts', name), courseOf('onboarding', name)];
      await enrol(service, attempted, groups / exams);
      await fillWithAttempts(database.url, attempted, await publish(service, attempted, exams), groups / exams);
      await enrol(service, boarded, learners);
      const examIds = await publish(service, boarded, 1, { is_practice_exam: true });
      await fillWithAttempts(database.url, boarded, examIds, (learners * 8) / 10, lifeOf);
    }
    // What the worker and the server do in time.
    await database.owner.query('select sum_list_counts()');
    await database.owner.query('vacuum (analyze)');
    await database.owner.query('checkpoint');

    const as = await service.credentials(staff);
    const { port, pid, database: name } = service;
    const costOf = (requests: Request[]) => async (): Promise<Cost> => {
      const plan = { port, seconds: effort.seconds / 3, connections, requests, repeats: true };
      const { result, cpu } = await metered(admin, pid, name, () => load.put(plan));
      const each = (seconds: number) => (seconds * 1000) / result.requests;
      return { time: each(result.seconds), cpu: each(cpu.server + cpu.backends) };
    };
    /** Over every connection, in turn. */
    const spread = (requests: Request[]) =>
      Array.from({ length: Math.max(connections, requests.length) }, (_, index) => requests[index % requests.length]);
    const of = (path: string, expected: (found: number) => object, questions: Question[]) =>
      spread(
        questions.map(({ query, found }) => ({
          text: requestText('GET', path + query, as),
          expected: expected(found),
        })),
      );
    const attemptsOf = (size: string, questions: Question[]) =>
      of(
        `${root}/proctored_exam/attempt/grouped/course_id/${courseOf('attempts', size)}`,
        (found) => ({ pagination_info: { total_pages: Math.max(1, lastPage(found)) } }),
        questions,
      );
    const learnersOf = (size: string, questions: Question[]) =>
      of(
        `${root}/user_onboarding/status/course_id/${courseOf('onboarding', size)}`,
        (found) => ({ count: found }),
        questions,
      );
    const kinds = [
      ...Object.entries(grouped).map(([what, ask]) => ({
        what: `grouped attempts, ${what}`,
        short: attemptsOf('short', ask(sizes.short.groups)),
        long: attemptsOf('long', ask(sizes.long.groups)),
      })),
      ...Object.entries(onboarding).map(([what, ask]) => ({
        what: `onboarding, ${what}`,
        short: learnersOf('short', ask(sizes.short.learners)),
        long: learnersOf('long', ask(sizes.long.learners)),
      })),
    ];
    const measured: { what: string; short: Cost[]; long: Cost[] }[] = [];
    for (const { what, short, long } of kinds) {
      say(`  ${what} …`);
      measured.push({ what, ...(await inTurn(effort.rounds, { short: costOf(short), long: costOf(long) })) });
    }
    const table = (unit: string, figure: keyof Cost) => ({
      unit,
      lines: measured.flatMap(({ what, short, long }) => [
        { who: `${what}: short`, values: short.map((cost) => cost[figure]) },
        { who: `${what}: long`, values: long.map((cost) => cost[figure]) },
      ]),
    });
    return {
      title: 'e. Long lists',
      setting: `Pages of 25 from a short and from a long list, of courses in one database: attempts by learner and exam (R7, R8), ${few} and ${effort.listed.toLocaleString('en-US')} of them, each learner one at each of ${exams} exams; and onboarding (R20) of ${few} and of ${(effort.listed / 2).toLocaleString('en-US')} learners, of whom four in ten are verified, as many have handed in, one in a thousand of these was rejected, and two in ten did nothing. All came in through the roster and the event store. ${connections} connections, ${effort.seconds / 3} s per list and round; every answer must have the right number of pages or learners. CPU time is that of the service and of its PostgreSQL backends together. The service remembers how many a search found until the list changes; the first time it counts them.`,
      tables: [table('time per request, ms', 'time'), table('CPU per request, ms', 'cpu')],
      bars: measured.map(({ what, short, long }) => ({
        what: `${what}, time, of that of a short list`,
        ratios: ratios(
          long.map(({ time }) => time),
          short.map(({ time }) => time),
        ),
        atMost: 2,
      })),
    };
  } finally {
    load.stop();
    await service?.stop();
    await database.close();
  }
}

const courseOf = (what: string, size: string) => `course-v1:OrgX+${what}+${size}`;
