import { openStartableDatabase } from '../support/database.js';
import type { Bench } from './bench.js';
import { type Contender, startService } from './contenders.js';
import { enrol, fillWithAttempts, learnerNamed, publish, staff } from './courses.js';
import { metered } from './cpu.js';
import { Load, type Request, requestText } from './load.js';
import type { Section } from './report.js';
import { inTurn } from './rounds.js';

const root = '/api/edx_proctoring/v1';
const exams = 10;
const few = 500;
const pageSize = 25;

type Cost = { time: number; cpu: number };
/** A request to a list. `found` is the number of matching entries. */
type ListRequest = { query: string; found: number };
/** The requests by name, for a list with a number of entries. */
type ListRequests = Record<string, (entries: number) => ListRequest[]>;

/** The names of learners in the middle of the list, far from both ends. */
const somebody = (people: number) =>
  Array.from({ length: 16 }, (_, index) => learnerNamed(Math.floor(people / 2) + index));
const lastPage = (entries: number) => Math.ceil(entries / pageSize);
const pages = {
  'first page': (entries: number) => [{ query: '', found: entries }],
  'last page': (entries: number) => [{ query: `?page=${lastPage(entries)}`, found: entries }],
  'page in the middle': (entries: number) => [{ query: `?page=${Math.ceil(lastPage(entries) / 2)}`, found: entries }],
};
const named = (people: number, text: string) =>
  Array.from({ length: people }, (_, index) => learnerNamed(index)).filter((name) => name.includes(text)).length;
/** Searches of a list in which each person has `entriesOfPerson` entries. `searching` and `paged` make parts of the URL. */
const searches = (
  entriesOfPerson: number,
  searching: (text: string) => string,
  paged: (page: number) => string,
  some: string,
) => {
  const question = (text: string, found: number, page?: number) => ({
    query: searching(text) + (page ? paged(page) : ''),
    found,
  });
  const inTheMiddle = (found: number) => Math.ceil(lastPage(found) / 2);
  const of = (text: string) => (entries: number) => {
    const found = named(entries / entriesOfPerson, text) * entriesOfPerson;
    return [question(text, found, inTheMiddle(found))];
  };
  return {
    'search, one learner': (entries: number) =>
      somebody(entries / entriesOfPerson).map((name) => question(name, entriesOfPerson)),
    'search, one learner by e-mail': (entries: number) =>
      somebody(entries / entriesOfPerson).map((name) => question(`${name}@example.org`, entriesOfPerson)),
    'search, nobody by two characters': () => [question('qq', 0)],
    'search, nobody by a common ending': () => [question('nobody@example.org', 0)],
    'search, everybody by domain': (entries: number) => [question('@example.org', entries)],
    'search, everybody by user name': (entries: number) => [question('Learner', entries)],
    'search, everybody, page in the middle': (entries: number) => [question('e', entries, inTheMiddle(entries))],
    'search, many, page in the middle': of('7'),
    'search, some, page in the middle': of(some),
  };
};
const grouped: ListRequests = {
  ...pages,
  ...searches(
    exams,
    (text) => `/search/${text}`,
    (page) => `?page=${page}`,
    '04',
  ),
};
/** The single attempts of the instructor dashboard, which sorts by any column. */
const single: ListRequests = Object.fromEntries(
  Object.entries({
    'first page': '',
    'by user name, page in the middle': 'ordering=user.username',
    'by exam, page in the middle': 'ordering=-exam_name',
    'by minutes, page in the middle': 'ordering=allowed_time_limit_mins',
    'search, everybody, page in the middle': 'search=e',
  }).map(([what, query]) => [
    what,
    (entries) => {
      const page = query === '' ? 1 : Math.ceil(lastPage(entries) / 2);
      return [{ query: `?page_size=${pageSize}&page=${page}&${query}`, found: entries }];
    },
  ]),
);
/** Every second active learner is verified, and one in a thousand is rejected. */
const lifeOf = (learner: number) => [
  'AttemptStarted',
  'AttemptSubmitted',
  ...(learner % 2 === 0 ? ['AttemptVerified'] : learner % 1000 === 1 ? ['AttemptRejected'] : []),
];
const onboarding: ListRequests = {
  ...pages,
  ...searches(
    1,
    (text) => `?text_search=${text}`,
    (page) => `&page=${page}`,
    '12',
  ),
  'of one status': (learners) => [{ query: '?statuses=verified', found: (learners * 4) / 10 }],
  'of one status, page in the middle': (learners) => [
    { query: `?statuses=verified&page=${Math.ceil(lastPage((learners * 4) / 10) / 2)}`, found: (learners * 4) / 10 },
  ],
  'of a rare status': (learners) => [{ query: '?statuses=rejected', found: Math.ceil((learners * 8) / 10_000) }],
};

/** Measures how long a page of a long list takes, compared with a short list. */
export async function longLists(bench: Bench): Promise<Section> {
  const { effort, dir, admin, say } = bench;
  const database = await openStartableDatabase();
  const load = new Load();
  let service: Contender | undefined;
  try {
    service = await startService(dir, 'lists', database);
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
    // In real use, autovacuum does this.
    await database.owner.query('vacuum (analyze)');
    await database.owner.query('checkpoint');

    const as = await service.credentials(staff);
    const { port, pid, database: name } = service;
    const costOf = (requests: Request[]) => async (): Promise<Cost> => {
      const plan = { port, seconds: effort.seconds / 3, connections: 1, requests, repeats: true };
      const { result, cpu } = await metered(admin, pid, name, () => load.put(plan));
      const each = (seconds: number) => (seconds * 1000) / result.requests;
      return { time: each(result.seconds), cpu: each(cpu.server + cpu.backends) };
    };
    const of = (path: string, expected: (found: number) => object, questions: ListRequest[]) =>
      questions.map(({ query, found }) => ({
        text: requestText('GET', path + query, as),
        expected: expected(found),
      }));
    const attemptsOf = (size: string, questions: ListRequest[]) =>
      of(
        `${root}/proctored_exam/attempt/grouped/course_id/${courseOf('attempts', size)}`,
        (found) => ({ pagination_info: { total_pages: Math.max(1, lastPage(found)) } }),
        questions,
      );
    const learnersOf = (size: string, questions: ListRequest[]) =>
      of(
        `${root}/user_onboarding/status/course_id/${courseOf('onboarding', size)}`,
        (found) => ({ count: found }),
        questions,
      );
    const singlesOf = (size: string, questions: ListRequest[]) =>
      of(
        `/api/instructor/v2/courses/${courseOf('attempts', size)}/special_exams/attempts`,
        (found) => ({ count: found }),
        questions,
      );
    const kinds = [
      ...Object.entries(single).map(([what, ask]) => ({
        what: `single attempts, ${what}`,
        short: singlesOf('short', ask(sizes.short.groups)),
        long: singlesOf('long', ask(sizes.long.groups)),
      })),
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
      setting: `Pages of 25 from a short and from a long list, of courses in one database: attempts by learner and exam (R7, R8) and single attempts (I-3), ${few} and ${effort.listed.toLocaleString('en-US')} of them, each learner one at each of ${exams} exams; and onboarding (R20) of ${few} and of ${(effort.listed / 2).toLocaleString('en-US')} learners, of whom four in ten are verified, as many have handed in, one in a thousand of these was rejected, and two in ten did nothing. All came in through the roster and the event store. One connection, ${effort.seconds / 3} s per list and round; every answer must have the right number of pages or learners. CPU time is that of the service and of its PostgreSQL backends together.`,
      tables: [table('time per request, ms', 'time'), table('CPU per request, ms', 'cpu')],
      bars: measured.map(({ what, long }) => ({
        what: `${what}, time`,
        ratios: long.map(({ time }) => time),
        atMost: 100,
        unit: 'ms',
      })),
    };
  } finally {
    load.stop();
    await service?.stop();
    await database.close();
  }
}

const courseOf = (what: string, size: string) => `course-v1:OrgX+${what}+${size}`;
