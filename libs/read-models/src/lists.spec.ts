import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { openDatabase, type TestDatabase } from '../../../test/support/database.js';
import { type Event, onboardingSeenByStaff } from '../../domain/src/index.js';
import { EventStore, headOf } from '../../event-store/src/index.js';
import {
  type AttemptGroup,
  attemptGroups,
  attemptGroupsAfter,
  onboardingFilter,
  onboardingOfLearners,
  proctoredLearners,
  projectInline,
} from './index.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const [course, elsewhere] = ['course-v1:OrgX+Demo+2031', 'course-v1:OrgX+Other+2031'];
const emails = {
  Zoe: 'Zoe@Example.org',
  alice: 'alice@else.where',
  alice_b: 'alice_b@Example.org',
  'ALICE%': 'ALICE@Example.org',
  Émile: 'émile@exämple.org',
  émile: 'no address',
  'bob@home': 'bob@home@Example.org',
  'eve@home': '',
};
const people = Object.entries(emails).map(([username, email], index) => ({ id: 11 + index, username, email }));
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const isCalled = (user: (typeof people)[0], part: string) =>
  [user.username, user.email].some((name) => lower(name).includes(lower(part)));
const searches = [
  ...['ali', 'ALICE', '_', '%', 'É', 'é', 'e', 'ME', '\\', 'a\0', 'nobody', 'no address', 'address\n'],
  ...[
    '@example',
    '@',
    'org',
    'xÄm',
    'xäm',
    'E@E',
    'b@',
    '_b@example.org',
    'bob@home@',
    '@home',
    'e@home',
    '@home@ex',
    'alice@else',
    'xxalice',
    'addresses',
  ],
];

let db: TestDatabase;
beforeEach(async () => {
  console.info(`seed ${seed}`);
  db = await openDatabase();
  for (const { id, username, email } of people)
    await db.pool.query('insert into users (id, username, email) values ($1, $2, $3)', [id, username, email]);
});
afterEach(() => db.close());

/** All pages of three items, and one more. */
const pages = (count: number) =>
  Array.from({ length: Math.ceil(count / 3) + 1 }, (_, page) => ({ offset: page * 3, limit: 3 }));

describe('attempts of a course', () => {
  const exams = [1, 2, 3];
  const example = (type: string): Event =>
    JSON.parse(readFileSync(`test/support/fixtures/events/${type}.v1.json`, 'utf8'));
  const step = fc.record({
    learner: fc.nat(people.length - 1),
    exam: fc.constantFrom(...exams),
    minutes: fc.nat(400),
    what: fc.oneof({ weight: 6, arbitrary: fc.constant('creation') }, fc.constant('removal')),
  });

  it('are listed by learner and exam, the newest first, on pages that together are the whole list', async () => {
    const store = new EventStore(db.pool, projectInline);
    const append = async (stream: string, metadata: object, event: Event) => {
      const history = await store.read(stream);
      const by = { commandId: 'c', actor: { kind: 'user' as const, userId: 1 }, ...metadata };
      await store.append([{ stream, after: headOf(history), history, events: [event], metadata: by }]);
    };
    const { type, data } = example('ExamCreated');
    for (const examId of exams)
      await append(`exam-${examId}`, {}, { type, data: { ...data, examId, courseId: course, contentId: `${examId}` } });

    let attemptId = 0;
    const there: { id: number; examId: number; userId: number; at: string }[] = [];
    const property = fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 40 }), async (steps) => {
      for (const { learner, exam: examId, minutes, what } of steps) {
        const userId = people[learner].id;
        const metadata = { courseId: course, examId, userId };
        const at = new Date(Date.UTC(2031, 4, 5) + minutes * 60_000).toISOString();
        if (what === 'creation') {
          const created = example('AttemptCreated');
          const data = { ...created.data, attemptId: ++attemptId, examId, userId, at };
          await append(`attempts-${examId}-${userId}`, metadata, { type: created.type, data });
          there.push({ id: attemptId, examId, userId, at });
        }
        const index = there.findIndex((attempt) => attempt.examId === examId && attempt.userId === userId);
        if (what !== 'removal' || index < 0) continue;
        const [{ id }] = there.splice(index, 1);
        const data = { attemptId: id, because: 'staff', effects: [], at };
        await append(`attempts-${examId}-${userId}`, metadata, { type: 'AttemptRemoved', data });
      }
      for (const search of ['', ...searches]) {
        const found = there.filter(({ userId }) => isCalled(people.find(({ id }) => id === userId)!, search));
        const newestFirst = found.toSorted((a, b) => b.at.localeCompare(a.at) || b.id - a.id);
        const groups = exams.flatMap((examId) =>
          people.map((user) => newestFirst.filter((each) => each.examId === examId && each.userId === user.id)),
        );
        const expected = groups
          .filter(({ length }) => length > 0)
          .toSorted(([a], [b]) => b.at.localeCompare(a.at) || a.id - b.id)
          .map((group) => group.map(({ id }) => id));
        for (const page of pages(expected.length)) {
          const answer = await attemptGroups(db.pool, course, { search }, () => page);
          expect(answer.groups.map(({ newest, all }) => [newest.id, all.map(({ id }) => id)])).toEqual(
            expected.slice(page.offset, page.offset + page.limit).map((group) => [group[0], group]),
          );
          expect(answer.count).toBe(expected.length);
        }
        const all: number[][] = [];
        for (let last: AttemptGroup | undefined; ; ) {
          const groups = await attemptGroupsAfter(db.pool, course, { search }, last?.newest, 3);
          if (groups.length === 0) break;
          all.push(...groups.map((group) => group.all.map(({ id }) => id)));
          last = groups.at(-1);
        }
        expect(all).toEqual(expected);
      }
    });
    await fc.assert(property, { seed, numRuns: 3, endOnFailure: true });
  });
});

/** Runs `second` before `first` is committed, until it is done or waits for the lock. Then runs `third`, and commits. */
const overlapping = async (first: string, second: () => Promise<unknown>, third = 'select 1') => {
  const one = await db.owner.connect();
  try {
    await one.query('begin');
    await one.query(first);
    let isDone = false;
    const running = second().finally(() => {
      isDone = true;
    });
    const isWaiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while (!isDone && (await db.owner.query(isWaiting)).rowCount === 0);
    await db.owner.query(third);
    await one.query('commit');
    await running;
  } finally {
    one.release();
  }
};
const doing = (text: string) => () => db.pool.query(text);

describe('counts of a course', () => {
  const begin = (userId: number, exam = 1) => `
    insert into attempt_groups values ('attempts-${exam}-${userId}', '${course}', ${exam}, ${userId}, 1, now(), '{1}', '{now}')`;
  const enroll = (userId: number) =>
    `insert into enrollments (user_id, course_id, mode, is_active) values (${userId}, '${course}', 'verified', true)`;
  const rename = `update users set username = 'Zoe2', email = 'zoe@new.home' where id = 11`;
  const none = () => ({ offset: 0, limit: 0 });
  const found = async (search: string) => [
    (await attemptGroups(db.pool, course, { search }, none)).count,
    (await proctoredLearners(db.pool, course, { search }, none)).count,
  ];
  const expectCounts = async (expected: Record<string, number[]>) => {
    for (const [search, counts] of Object.entries(expected))
      expect([search, await found(search)]).toEqual([search, counts]);
  };

  it('are right when a learner is renamed while an attempt begins', async () => {
    await db.pool.query(enroll(11));
    await overlapping(rename, doing(begin(11)));
    await expectCounts({ '@example.org': [0, 0], 'new.home': [1, 1] });
    await overlapping(begin(11, 2), doing(rename.replace('new', 'newer')));
    await overlapping(rename, doing(begin(11, 3)));
    await expectCounts({ newer: [0, 0], 'new.home': [3, 1], '': [3, 1] });
  });

  it('include attempts of a learner whose name comes later', async () => {
    const person = `insert into users (id, username, email) values (99, 'Zed', 'zed@far.away')`;
    await db.pool.query(begin(99));
    await expectCounts({ '': [1, 0], zed: [0, 0] });
    await db.pool.query(person);
    await expectCounts({ '': [1, 0], zed: [1, 0] });
  });

  it('are right after the read model was rebuilt', async () => {
    for (const statement of [begin(11), enroll(11), begin(12), begin(12, 2)]) await db.pool.query(statement);
    await db.owner.query(`set session_replication_role = replica; delete from attempt_groups where exam_id = 1;
                          set session_replication_role = origin; select name_attempt_learners()`);
    await expectCounts({ '': [1, 1], '@example.org': [0, 1], 'else.where': [1, 0] });
  });
});

describe('learners of a course', () => {
  const enroll = (userId: number, mode: string, isActive = true) =>
    db.pool.query(
      `insert into enrollments (user_id, course_id, mode, is_active) values ($1, $2, $3, $4)
       on conflict (user_id, course_id) do update set mode = excluded.mode, is_active = excluded.is_active`,
      [userId, course, mode, isActive],
    );

  it('are listed in byte order of their names, and counted when they are added, changed and deleted', async () => {
    const listed = async () => {
      const whole = await proctoredLearners(db.pool, course, { search: '' }, (count) => ({ offset: 0, limit: count }));
      expect(whole.count).toBe(whole.learners.length);
      for (const page of pages(whole.count)) {
        const { learners } = await proctoredLearners(db.pool, course, { search: '' }, () => page);
        expect(learners).toEqual(whole.learners.slice(page.offset, page.offset + page.limit));
      }
      return whole.learners.map(({ username }) => username);
    };
    for (const { id } of people) await enroll(id, 'verified');
    expect(await listed()).toEqual(['ALICE%', 'Zoe', 'alice', 'alice_b', 'bob@home', 'eve@home', 'Émile', 'émile']);
    await enroll(12, 'audit');
    await enroll(13, 'masters');
    await enroll(14, 'verified', false);
    await db.pool.query('delete from enrollments where user_id = 17');
    await db.pool.query(`update users set username = 'aaron' where id = 11`);
    expect(await listed()).toEqual(['aaron', 'alice_b', 'eve@home', 'Émile', 'émile']);
    await enroll(12, 'credit');
    expect(await listed()).toEqual(['aaron', 'alice', 'alice_b', 'eve@home', 'Émile', 'émile']);
  });

  it('are found by a part of name or e-mail; only ASCII letters match in both cases', async () => {
    const findThem = async (users: typeof people) => {
      for (const search of searches) {
        const expected = users.filter((user) => isCalled(user, search)).map(({ id }) => id);
        const page = () => ({ offset: 0, limit: 25 });
        const { learners, count } = await proctoredLearners(db.pool, course, { search }, page);
        expect([search, count, learners.map(({ userId }) => userId)]).toEqual([search, expected.length, expected]);
      }
    };
    for (const { id } of people) await enroll(id, 'verified');
    const byName = people.toSorted((a, b) => Buffer.compare(Buffer.from(a.username), Buffer.from(b.username)));
    await findThem(byName);
    await db.pool.query(`update users set email = 'ali@else.where' where username = 'Zoe'`);
    await findThem(byName.map((user) => (user.username === 'Zoe' ? { ...user, email: 'ali@else.where' } : user)));
    await enroll(12, 'audit');
    await db.pool.query(`update users set email = 'zoe@Example.org' where username = 'Zoe'`);
    await findThem(byName.filter(({ id }) => id !== 12));
  });

  const at = '2031-05-05T12:00:00.000Z';
  const statuses = ['created', 'started', 'submitted', 'verified', 'rejected', 'error', 'declined', 'onboarding_reset'];
  const attempt = fc.record({
    learner: fc.nat(people.length - 1),
    exam: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom(...statuses, 'onboarding_reset', 'onboarding_reset'),
    days: fc.oneof(fc.nat(20), fc.integer({ min: 360, max: 370 })),
    taking: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.constant(false)),
  });
  const words = [
    'not_started',
    'setup_started',
    'onboarding_started',
    'other_course_approved',
    'submitted',
    'verified',
  ];
  const others = ['rejected', 'error', 'onboarding_reset_past_due', 'nonsense', ''];

  const change = fc.record({
    exam: fc.integer({ min: 1, max: 5 }),
    to: fc.constantFrom('is_active = false', 'is_active = true', 'is_practice_exam = false', "backend = 'other'"),
  });
  const makeExams = async () => {
    const exams = [
      [1, course, 'test', true],
      [2, course, 'test', true],
      [3, course, 'test', false],
      [4, elsewhere, 'test', true],
      [5, elsewhere, 'other', true],
    ];
    await db.pool.query('delete from exams');
    for (const values of exams)
      await db.pool.query(
        `insert into exams (id, course_id, content_id, exam_name, time_limit_mins, is_proctored, is_practice_exam,
           is_active, hide_after_due, backend) values ($1, $2, $1::bigint::text, '', 30, true, true, $4, false, $3)`,
        values,
      );
  };
  const makeAttempt = (
    id: number,
    { exam, learner, status, days, taking }: typeof attempt extends fc.Arbitrary<infer Attempt> ? Attempt : never,
  ) =>
    db.pool.query(
      `insert into attempts (id, exam_id, user_id, attempt_code, status, taking_as_proctored, is_sample_attempt,
         is_status_acknowledged, is_resumable, ready_to_resume, resumed, created, modified)
       values ($1, $2, $3, '', $4, $5, true, false, false, false, false, $6, $6)`,
      [id, exam, people[learner].id, status, taking, new Date(Date.parse(at) - days * 86_400_000)],
    );
  /** Filters by every word, and compares with the status that staff see of each learner. */
  const findAsShown = async () => {
    const { rows } = await db.pool.query(
      `select backend from exams where course_id = $1 and is_active and is_practice_exam order by id desc limit 1`,
      [course],
    );
    const page = () => ({ offset: 0, limit: 25 });
    const { learners } = await proctoredLearners(db.pool, course, { search: '' }, page);
    const ids = learners.map(({ userId }) => userId);
    const facts = await onboardingOfLearners(db.pool, ids, course, rows[0]?.backend ?? null, at);
    const shown = (userId: number) => onboardingSeenByStaff(facts.get(userId)!.own, facts.get(userId)!.approved).status;
    for (const wanted of [...[...words, ...others].map((word) => [word]), words, ['not_started', 'verified']]) {
      const expected = ids.filter((id) => wanted.includes(shown(id)!));
      for (const search of ['', 'ali']) {
        const narrowed = { search, onboarding: await onboardingFilter(db.pool, course, wanted, at) };
        const found = await proctoredLearners(db.pool, course, narrowed, page);
        const called = expected.filter((id) => isCalled(people.find((user) => user.id === id)!, search));
        expect([wanted, found.learners.map(({ userId }) => userId)]).toEqual([wanted, called]);
        expect(found.count).toBe(called.length);
      }
    }
  };

  it('are found by the onboarding status that staff see', async () => {
    const story = fc.asyncProperty(
      fc.array(attempt, { maxLength: 40 }),
      fc.array(change, { maxLength: 4 }),
      fc.nat(40),
      async (attempts, changes, enrolled) => {
        await db.pool.query('delete from attempts');
        await db.pool.query('delete from enrollments');
        await makeExams();
        for (const [index, each] of attempts.entries()) {
          if (index === enrolled) for (const { id } of people) await enroll(id, 'verified');
          await makeAttempt(index + 1, each);
        }
        for (const { id } of people) await enroll(id, 'verified');
        await findAsShown();
        for (const { exam, to } of changes) await db.pool.query(`update exams set ${to} where id = $1`, [exam]);
        await findAsShown();
        await db.pool.query(`delete from attempts where id % 3 = 0`);
        await findAsShown();
      },
    );
    await fc.assert(story, { seed, numRuns: 30, endOnFailure: true });
  });

  it('are found by it when two of their attempts change concurrently', async () => {
    for (const { id } of people) await enroll(id, 'verified');
    await makeExams();
    const begun = { learner: 0, status: 'started', days: 3, taking: true };
    await makeAttempt(1, { ...begun, exam: 1 });
    await makeAttempt(2, { ...begun, exam: 2 });
    const move = (id: number, to: string, days: number) =>
      `update attempts set status = '${to}', modified = modified + ${days} * interval '1 day' where id = ${id}`;
    await overlapping(move(1, 'submitted', 2), doing(move(2, 'rejected', 1)));
    await findAsShown();
  });
});

describe('long lists', () => {
  const [first, last] = [100, 3300];
  const texts = [
    '',
    'u',
    '@',
    'Z',
    'zz',
    'er',
    'user',
    'USER 1',
    'user 12',
    '9',
    '77',
    '777',
    'r 5',
    '0@ex',
    'example.org',
    'else',
  ];
  const id = fc.integer({ min: first, max: last });
  const change = fc.oneof(
    fc
      .tuple(id, fc.nat(10_006))
      .map(([id, number]) => `update users set username = 'user ${number} of ${id}' where id = ${id}`),
    fc
      .tuple(id, fc.nat(99))
      .map(
        ([id, many]) => `update users set email = 'z' || id || '@else.where' where id between ${id} and ${id + many}`,
      ),
    fc
      .tuple(id, fc.boolean())
      .map(([id, is]) => `update enrollments set is_active = ${is} where user_id between ${id} and ${id + 5}`),
    fc
      .tuple(id, fc.nat(9))
      .map(([id, many]) => `delete from attempt_groups where attempt_id between ${id} and ${id + many}`),
    fc.tuple(id, fc.nat(3000)).map(
      ([id, seconds]) =>
        `with moved as (update attempts set created = created + ${seconds} * interval '1 second' where id = ${id} returning *)
          update attempt_groups set created = moved.created from moved where attempt_id = moved.id`,
    ),
  );
  const lists = {
    attempts: {
      all: `select attempt_id::int as id, users.username, email from attempt_groups join users on users.id = user_id
             order by created desc, attempt_id`,
      pageOf: async (search: string, page: { offset: number; limit: number }) => {
        const { count, groups } = await attemptGroups(db.pool, course, { search }, () => page);
        return { count, ids: groups.map(({ newest }) => newest.id) };
      },
    },
    learners: {
      all: `select user_id::int as id, users.username, email from enrollments join users on users.id = user_id
             where enrollments.is_active order by users.username collate "C"`,
      pageOf: async (search: string, page: { offset: number; limit: number }) => {
        const { count, learners } = await proctoredLearners(db.pool, course, { search }, () => page);
        return { count, ids: learners.map(({ userId }) => userId) };
      },
    },
  };

  it('are counted, searched and paged correctly, from any offset', async () => {
    const people = `from users where id >= ${first}`;
    for (const text of [
      `insert into users (id, username, email) select id, 'user ' || id * 7919 % 10007, 'u' || id || '@Example.org'
         from generate_series(${first}, ${last}) id`,
      `insert into enrollments (user_id, course_id, mode, is_active) select id, '${course}', 'verified', id % 2 = 0 ${people}`,
      `insert into exams (id, course_id, content_id, exam_name, time_limit_mins, is_proctored, is_practice_exam, is_active,
         hide_after_due) values (1, '${course}', '1', '', 30, true, false, true, false)`,
      `insert into attempts (id, exam_id, user_id, attempt_code, status, taking_as_proctored, is_sample_attempt,
         is_status_acknowledged, is_resumable, ready_to_resume, resumed, created, modified)
       select id, 1, id, '', 'created', true, false, false, false, false, false, at, at
         from (select id, '2031-05-05'::timestamptz + id * 37 % 1500 * interval '1 second' as at ${people}) as begun`,
      `insert into attempt_groups select 'attempts-1-' || id, '${course}', 1, user_id, id, created, array[id], array[created]
         from attempts`,
    ])
      await db.owner.query(text);
    const story = fc.asyncProperty(fc.array(change, { minLength: 6, maxLength: 10 }), async (changes) => {
      for (const text of changes) await db.pool.query(text);
      for (const { all, pageOf } of Object.values(lists)) {
        const { rows } = await db.pool.query(all);
        for (const search of texts) {
          const ids = rows
            .filter(({ username, email }) => [username, email].some((name) => lower(name).includes(lower(search))))
            .map((row) => row.id);
          const offsets = [0, 1, 24, 998, 1000, 1001, ids.length / 2, ids.length - 2, ids.length].map(Math.floor);
          for (const offset of offsets.filter((each) => each >= 0))
            expect([search, offset, await pageOf(search, { offset, limit: 3 })]).toEqual([
              search,
              offset,
              { count: ids.length, ids: ids.slice(offset, offset + 3) },
            ]);
        }
      }
    });
    await fc.assert(story, { seed, numRuns: 4, endOnFailure: true });
  });
});
