import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Database, openDatabase } from '../../../test/database.js';
import { type Event, onboardingSeenByStaff } from '../../domain/src/index.js';
import { EventStore, headOf } from '../../event-store/src/index.js';
import { proctoredLearners } from '../../platform/src/index.js';
import { attemptGroups, onboardingOfLearners, onboardingSeenAs, projectInline } from './index.js';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const [course, elsewhere] = ['course-v1:OrgX+Demo+2031', 'course-v1:OrgX+Other+2031'];
const names = ['Zoe', 'alice', 'alice_b', 'ALICE%', 'Émile', 'émile', 'bob'];
const people = names.map((username, index) => ({ id: 11 + index, username, email: `${username}@Example.org` }));
const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const isCalled = (user: (typeof people)[0], part: string) =>
  [user.username, user.email].some((name) => lower(name).includes(lower(part)));
const searches = ['ali', 'ALICE', '_', '%', 'É', 'é', 'e', '@example', '\\', 'a\0', 'nobody'];

let db: Database;
beforeEach(async () => {
  console.info(`seed ${seed}`);
  db = await openDatabase();
  for (const { id, username, email } of people)
    await db.pool.query('insert into users (id, username, email) values ($1, $2, $3)', [id, username, email]);
});
afterEach(() => db.close());

/** Pages of three, all of them. */
const pages = (count: number) =>
  Array.from({ length: Math.ceil(count / 3) + 1 }, (_, page) => ({ offset: page * 3, limit: 3 }));

describe('attempts of a course', () => {
  const exams = [1, 2, 3];
  const example = (type: string): Event => JSON.parse(readFileSync(`test/fixtures/events/${type}.v1.json`, 'utf8'));
  const step = fc.record({
    learner: fc.nat(people.length - 1),
    exam: fc.constantFrom(...exams),
    minutes: fc.nat(400),
    what: fc.oneof({ weight: 6, arbitrary: fc.constant('creation') }, fc.constantFrom('removal', 'sums')),
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
        if (what === 'sums') await db.pool.query('select sum_list_counts()');
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
          const answer = await attemptGroups(db.pool, course, search, () => page);
          expect(answer.groups.map(({ newest, all }) => [newest.id, all.map(({ id }) => id)])).toEqual(
            expected.slice(page.offset, page.offset + page.limit).map((group) => [group[0], group]),
          );
          expect(answer.count).toBe(expected.length);
        }
      }
    });
    await fc.assert(property, { seed, numRuns: 3, endOnFailure: true });
  });
});

describe('learners of a course', () => {
  const enroll = (userId: number, mode: string, isActive = true) =>
    db.pool.query(
      `insert into enrollments (user_id, course_id, mode, is_active) values ($1, $2, $3, $4)
       on conflict (user_id, course_id) do update set mode = excluded.mode, is_active = excluded.is_active`,
      [userId, course, mode, isActive],
    );

  it('are listed by name as bytes order it, and counted as they come, change and go', async () => {
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
    expect(await listed()).toEqual(['ALICE%', 'Zoe', 'alice', 'alice_b', 'bob', 'Émile', 'émile']);
    await enroll(12, 'audit');
    await enroll(13, 'masters');
    await enroll(14, 'verified', false);
    await db.pool.query('select sum_list_counts()');
    await db.pool.query('delete from enrollments where user_id = 17');
    await db.pool.query(`update users set username = 'aaron' where id = 11`);
    expect(await listed()).toEqual(['aaron', 'alice_b', 'Émile', 'émile']);
    await enroll(12, 'credit');
    expect(await listed()).toEqual(['aaron', 'alice', 'alice_b', 'Émile', 'émile']);
  });

  it('are found by a part of name or e-mail, of which ASCII letters alone are the same in both cases', async () => {
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
    await db.pool.query('select sum_list_counts()');
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
  /** Asks for every word, and compares with what is shown of everybody. */
  const findAsShown = async () => {
    const { rows } = await db.pool.query(
      `select backend from exams where course_id = $1 and is_active and is_practice_exam order by id desc limit 1`,
      [course],
    );
    const page = () => ({ offset: 0, limit: 25 });
    const { learners } = await proctoredLearners(db.pool, course, { search: '' }, page);
    const ids = learners.map(({ userId }) => userId);
    const known = await onboardingOfLearners(db.pool, ids, course, rows[0]?.backend ?? null, at);
    const shown = (userId: number) => onboardingSeenByStaff(known.get(userId)!.own, known.get(userId)!.approved).status;
    for (const wanted of [...[...words, ...others].map((word) => [word]), words, ['not_started', 'verified']]) {
      const expected = ids.filter((id) => wanted.includes(shown(id)!));
      for (const search of ['', 'ali']) {
        const narrowed = { search, onboarding: onboardingSeenAs(wanted, at) };
        const found = await proctoredLearners(db.pool, course, narrowed, page);
        const called = expected.filter((id) => isCalled(people.find((user) => user.id === id)!, search));
        expect([wanted, found.learners.map(({ userId }) => userId)]).toEqual([wanted, called]);
        expect(found.count).toBe(called.length);
      }
    }
  };

  it('are found by how far their onboarding is, exactly as it is shown', async () => {
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
        await db.pool.query('select sum_list_counts()');
        await findAsShown();
        await db.pool.query(`delete from attempts where id % 3 = 0`);
        await findAsShown();
      },
    );
    await fc.assert(story, { seed, numRuns: 30, endOnFailure: true });
  });

  it('are found by it when two of their attempts change at once', async () => {
    for (const { id } of people) await enroll(id, 'verified');
    await makeExams();
    const begun = { learner: 0, status: 'started', days: 3, taking: true };
    await makeAttempt(1, { ...begun, exam: 1 });
    await makeAttempt(2, { ...begun, exam: 2 });
    const [one, other] = [await db.pool.connect(), await db.pool.connect()];
    try {
      for (const client of [one, other]) await client.query('begin');
      const move = `update attempts set status = $2, modified = modified + $3 * interval '1 day' where id = $1`;
      await one.query(move, [1, 'submitted', 2]);
      const waiting = other.query(move, [2, 'rejected', 1]);
      await one.query('commit');
      await waiting;
      await other.query('commit');
    } finally {
      for (const client of [one, other]) client.release();
    }
    await findAsShown();
  });
});
