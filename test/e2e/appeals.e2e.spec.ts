import { startWorker } from '../../apps/worker/src/worker.js';
import { EventStore, writableGenerationOf } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { openNote, readLogKeys, verifierOf, vkeyOf } from '../../libs/merkle-log/src/index.js';
import { courseId, openService, type Person, people, publishedExam, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const dean: Person = { user_id: 9, preferred_username: 'dean' };
const otherTeacher: Person = { user_id: 10, preferred_username: 'other_teacher' };
const otherCourse = 'course-v1:OrgX+Other+2031';
const root = '/api/edx_proctoring/v1/proctored_exam';

let service: Awaited<ReturnType<typeof openService>>;
let exam: number;

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const withRoster = async (course: object = {}) => {
  const more = [dean, otherTeacher].map(({ user_id, preferred_username: username }) => ({
    id: user_id,
    username,
    email: `${username}@example.org`,
  }));
  const { status } = await ask(staff, 'PUT', '/api/lms/v1/roster', {
    ...roster,
    users: [...roster.users, ...more],
    courses: [
      { ...roster.courses[0], ...course },
      { course_id: otherCourse, display_name: 'Other' },
    ],
    course_staff: [
      ...roster.course_staff,
      { user: 'dean', course_id: courseId },
      { user: 'other_teacher', course_id: otherCourse },
    ],
  });
  expect(status).toBe(200);
};

beforeAll(async () => {
  service = await openService();
  await withRoster();
});
afterAll(() => service.close());

let published = 0;
beforeEach(async () => {
  const listed = [publishedExam(`exam${++published}`)];
  exam = (await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed)).body[0].exam_id;
});

/** An attempt that the person has handed in. */
const sit = async (person = alice) => {
  const asked = { exam_id: exam, attempt_proctored: 'true', start_clock: 'true' };
  const id: number = (await ask(person, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
  expect((await ask(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' })).status).toBe(200);
  return id;
};
const statusOf = async (id: number, person = alice) => (await ask(person, 'GET', `${root}/attempt/${id}`)).body.status;
const mine = (id: number, what: string) => `/api/exams/v1/me/attempts/${id}/${what}`;
const ofStaff = (id: number, what: string) => `/api/exams/v1/attempts/${id}/${what}`;
const reject = (id: number, person: Person = teacher, reason: unknown = 'Notes on the desk') =>
  ask(person, 'POST', ofStaff(id, 'reject'), { reason });
const appeal = (id: number, person: Person = alice, reason: unknown = 'The notes were the allowed formulas') =>
  ask(person, 'POST', mine(id, 'appeal'), { reason });
const answer = (id: number, upheld: unknown, person: Person = dean) =>
  ask(person, 'POST', ofStaff(id, 'appeal/answer'), { upheld, reason: 'The formulas are allowed' });
const timelineOf = async (id: number, headers = {}) =>
  (await ask(alice, 'GET', mine(id, 'timeline'), undefined, headers)).body.entries;
const accessTo = async (id: number): Promise<{ user_id: number; action: string; outcome: string }[]> => {
  const { body } = await ask(staff, 'GET', `/api/audit/v1/access?object=attempt:${id}`);
  const lines = String(body).split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
};
const rejectedAttempt = async () => {
  const id = await sit();
  expect(await reject(id)).toMatchObject({ status: 200, body: { attempt_id: id, rejected: true } });
  return id;
};

describe('a learner whose attempt was rejected', () => {
  it('appeals, and an upheld appeal verifies the attempt', async () => {
    const id = await rejectedAttempt();
    expect(await statusOf(id)).toBe('rejected');

    const made = await appeal(id);
    expect(made.status).toBe(200);
    const { attempt_id, made_at, answer_by } = made.body;
    expect(Date.parse(answer_by) - Date.parse(made_at)).toBe(14 * 24 * 60 * 60 * 1000);
    const read = { attempt_id, made_at, reason: 'The notes were the allowed formulas', answer_by, answer: null };
    expect((await ask(dean, 'GET', ofStaff(id, 'appeal'))).body).toEqual(read);
    expect((await ask(alice, 'GET', mine(id, 'appeal'))).body).toEqual(read);

    expect((await answer(id, true)).body).toEqual({ attempt_id: id, upheld: true });
    expect((await ask(alice, 'GET', mine(id, 'appeal'))).body).toMatchObject({
      answer: { upheld: true, reason: 'The formulas are allowed' },
    });
    expect(await statusOf(id)).toBe('verified');
    const { body } = await ask(staff, 'GET', `/api/audit/v1/attempts/${id}/history`);
    expect(body.problem).toBeNull();
    expect(body.events.slice(-4)).toMatchObject([
      { type: 'AttemptRejected', metadata: { actor: { kind: 'user', userId: teacher.user_id } } },
      { type: 'AppealMade', metadata: { actor: { kind: 'user', userId: alice.user_id } } },
      { type: 'AppealUpheld', data: { answeredBy: dean.user_id } },
      {
        type: 'AttemptVerified',
        data: {
          effects: expect.arrayContaining([
            { kind: 'credit', status: 'satisfied' },
            { kind: 'grade', action: 'undo' },
          ]),
        },
      },
    ]);
    const text = JSON.stringify(body);
    for (const reason of ['Notes on the desk', 'allowed formulas', 'formulas are allowed'])
      expect(text).not.toContain(reason);
  });

  it('is told by a dismissed appeal that the attempt stays rejected', async () => {
    const id = await rejectedAttempt();
    await appeal(id);
    expect(await answer(id, false)).toMatchObject({ status: 200, body: { upheld: false } });
    expect(await statusOf(id)).toBe('rejected');
    expect(await appeal(id)).toMatchObject({
      status: 400,
      body: { detail: 'There is an appeal already. One judgement can be appealed once.' },
    });
    expect(await answer(id, true)).toMatchObject({ status: 400 });
  });

  it('reads in the timeline what happened, and who did it by the role', async () => {
    const id = await rejectedAttempt();
    await appeal(id);
    await answer(id, true);
    const entries = await timelineOf(id);
    expect(entries.map(({ event, by, reason }: any) => [event, by, reason])).toEqual([
      ['created', 'you', null],
      ['started', 'you', null],
      ['handed_in', 'you', null],
      ['rejected', 'staff', 'Notes on the desk'],
      ['appealed', 'you', 'The notes were the allowed formulas'],
      ['appeal_upheld', 'staff', 'The formulas are allowed'],
      ['verified', 'staff', null],
    ]);
    expect(entries[3].what).toBe('The attempt was rejected. It does not count as proctored.');
    expect(JSON.stringify(entries)).not.toMatch(/teacher|dean|alice/);
    const german = await timelineOf(id, { 'accept-language': 'de' });
    expect(german[3].what).toBe('Der Versuch wurde abgelehnt. Er gilt nicht als beaufsichtigt.');
    expect(german[0].by).toBe('Sie');
  });

  it('cannot appeal once the days for it are over', async () => {
    await service.moveClock('-15 days');
    const id = await rejectedAttempt().finally(() => service.moveClock('0 days'));
    expect(await appeal(id)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^An appeal was possible until 2/) },
    });
  });

  it.each(['', ' ', null, 7, 'x'.repeat(10_001)])(
    'cannot appeal without a reason that can be kept (case %#)',
    async (reason) => {
      const id = await rejectedAttempt();
      expect(await appeal(id, alice, reason)).toMatchObject({
        status: 400,
        body: { detail: expect.stringMatching(/^reason: /) },
      });
      expect((await ask(alice, 'GET', mine(id, 'appeal'))).status).toBe(404);
    },
  );

  it('has nothing to appeal before the rejection', async () => {
    const id = await sit();
    expect(await appeal(id)).toMatchObject({
      status: 400,
      body: { detail: 'Nobody has rejected this attempt, so there is nothing to appeal.' },
    });
  });
});

describe('a learner who submitted an attempt', () => {
  it('gets a signed receipt once the worker has made it, and the public keys of the log verify it', async () => {
    const id = await sit();
    const waiting = await ask(alice, 'GET', mine(id, 'receipt'));
    expect(waiting).toMatchObject({ status: 202, headers: { 'retry-after': '2' } });
    const worker = await startWorker(service.configuration, service.database.urls.worker);
    try {
      const receipt = () => ask(alice, 'GET', mine(id, 'receipt'));
      await until('the receipt is signed', async () => (await receipt()).status === 200);
      const { body } = await receipt();
      const keys = await readLogKeys(service.app.get(EventStore));
      const { logId } = await writableGenerationOf(service.database.pool);
      const verifiers = keys.map(({ publicKey }) =>
        verifierOf(vkeyOf(`proctoring/${logId}`, Buffer.from(publicKey, 'base64'))),
      );
      const { text } = openNote(body.receipt, verifiers);
      const { body: history } = await ask(staff, 'GET', `/api/audit/v1/attempts/${id}/history`);
      const { hash } = history.events.find(({ type }: any) => type === 'AttemptSubmitted');
      expect(text).toContain(`\nattempt ${id}\nexam ${exam}\nlearner ${alice.user_id}\n`);
      expect(text).toContain(`\nhash ${hash}\n`);
      expect((await ask(bob, 'GET', mine(id, 'receipt'))).status).toBe(404);
    } finally {
      await worker.close();
    }
  });

  it('gets none before the submission', async () => {
    const asked = { exam_id: exam, attempt_proctored: 'true' };
    const id: number = (await ask(alice, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
    expect((await ask(alice, 'GET', mine(id, 'receipt'))).status).toBe(404);
  });
});

describe('an attempt of somebody else', () => {
  it('is not found, and the look at it is recorded', async () => {
    const id = await rejectedAttempt();
    for (const person of [bob, teacher, staff]) {
      for (const what of ['timeline', 'appeal'])
        expect(await ask(person, 'GET', mine(id, what))).toMatchObject({ status: 404 });
      expect(await appeal(id, person)).toMatchObject({ status: 404 });
    }
    expect((await ask(alice, 'GET', mine(999_999, 'timeline'))).status).toBe(404);
    expect((await ask(undefined, 'GET', mine(id, 'timeline'))).status).toBe(403);
    await until('the look is recorded', async () =>
      (await accessTo(id)).some(
        ({ user_id, action, outcome }) =>
          user_id === bob.user_id && action.endsWith('timeline') && outcome === 'not found',
      ),
    );
  });
});

describe('staff', () => {
  it.each<[string, Person | undefined, number]>([
    ['nobody', undefined, 403],
    ['the learner', alice, 403],
    ['another learner', bob, 403],
    ['staff of another course', otherTeacher, 403],
    ['staff of the course', dean, 200],
    ['global staff', staff, 200],
  ])('are who read and answer an appeal: %s', async (_, person, status) => {
    const id = await rejectedAttempt();
    await appeal(id);
    expect((await ask(person, 'GET', ofStaff(id, 'appeal'))).status).toBe(status);
    expect((await ask(person, 'POST', ofStaff(id, 'appeal/answer'), { upheld: false, reason: 'no' })).status).toBe(
      status,
    );
  });

  it.each([undefined, alice, bob, otherTeacher])('alone reject an attempt: %j does not', async (person) => {
    const id = await sit();
    expect((await ask(person, 'POST', ofStaff(id, 'reject'), { reason: 'x' })).status).toBe(403);
    expect(await statusOf(id)).toBe('submitted');
  });

  it('do not answer an appeal against their own judgement', async () => {
    const id = await rejectedAttempt();
    await appeal(id);
    expect(await answer(id, true, teacher)).toMatchObject({
      status: 403,
      body: { detail: 'You judged this attempt, so another person must answer the appeal.' },
    });
  });

  it('do not answer an appeal against a review that they sent', async () => {
    const id = await sit();
    const review = { status: 'suspicious', comments: [], reviewed_by: 'staff@example.org' };
    expect((await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, review)).status).toBe(200);
    expect(await statusOf(id)).toBe('rejected');
    await appeal(id);
    expect((await answer(id, true, staff)).status).toBe(403);
    expect((await answer(id, true, teacher)).status).toBe(200);
  });

  it('say why they reject, or nothing happens', async () => {
    const id = await sit();
    expect(await reject(id, teacher, '')).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/^reason: /) },
    });
    expect((await ask(teacher, 'POST', ofStaff(id, 'reject'), {})).status).toBe(400);
    expect(await statusOf(id)).toBe('submitted');
  });

  it('find no appeal where nobody made one, and no attempt where there is none', async () => {
    const id = await rejectedAttempt();
    expect((await ask(dean, 'GET', ofStaff(id, 'appeal'))).status).toBe(404);
    expect((await answer(id, true)).status).toBe(400);
    expect((await ask(staff, 'GET', ofStaff(999_999, 'appeal'))).status).toBe(404);
    expect((await ask(staff, 'POST', ofStaff(999_999, 'reject'), { reason: 'x' })).status).toBe(404);
  });

  it('leave entries in the access log', async () => {
    const id = await rejectedAttempt();
    await appeal(id);
    await ask(dean, 'GET', ofStaff(id, 'appeal'));
    await answer(id, true);
    const wanted = [
      [teacher.user_id, 'POST /api/exams/v1/attempts/:attemptId/reject'],
      [dean.user_id, 'GET /api/exams/v1/attempts/:attemptId/appeal'],
      [dean.user_id, 'POST /api/exams/v1/attempts/:attemptId/appeal/answer'],
    ];
    await until('all are recorded', async () => {
      const entries = await accessTo(id);
      return wanted.every(([userId, what]) =>
        entries.some(({ user_id, action, outcome }) => user_id === userId && action === what && outcome === 'done'),
      );
    });
  });
});

describe('a course that demands a second person for a rejection', () => {
  beforeAll(() => withRoster({ second_person_for_rejection: true }));
  afterAll(() => withRoster({ second_person_for_rejection: false }));

  it('rejects an attempt by two people', async () => {
    const id = await sit();
    expect((await reject(id)).body).toEqual({ attempt_id: id, rejected: false });
    expect(await statusOf(id)).toBe('second_review_required');
    expect(await reject(id)).toMatchObject({
      status: 403,
      body: { detail: 'You proposed to reject it. Another person must confirm that.' },
    });
    expect((await reject(id, dean, 'I saw the notes, too')).body).toEqual({ attempt_id: id, rejected: true });
    expect(await statusOf(id)).toBe('rejected');
    expect(JSON.stringify(await timelineOf(id))).not.toContain('Notes on the desk');
    await appeal(id);
    for (const judge of [teacher, dean]) expect((await answer(id, true, judge)).status).toBe(403);
    expect((await answer(id, true, staff)).status).toBe(200);
  });

  it('goes on to demand it when the LMS sends the course without a word about it', async () => {
    await withRoster();
    const id = await sit();
    expect((await reject(id)).body).toEqual({ attempt_id: id, rejected: false });
  });
});

it('no answer that is kept for a repeated request has a reason', async () => {
  const id = await rejectedAttempt();
  const reason = 'A reason in clear text';
  const key = { 'idempotency-key': `appeal ${id}` };
  const made = await ask(alice, 'POST', mine(id, 'appeal'), { reason }, key);
  expect((await ask(alice, 'POST', mine(id, 'appeal'), { reason }, key)).body).toEqual(made.body);
  const { rows } = await service.database.owner.query(
    `select from idempotency_keys where answer::text like '%${reason}%'`,
  );
  expect(rows).toEqual([]);
});

it('a retired learner leaves no reason that anybody can read', async () => {
  const id = await sit(bob);
  await reject(id);
  await appeal(id, bob);
  const worker = { user_id: 8, preferred_username: 'retirement_worker' };
  expect((await ask(worker, 'POST', `/api/edx_proctoring/v1/retire_user/${bob.user_id}/`)).status).toBe(204);
  expect((await ask(dean, 'GET', ofStaff(id, 'appeal'))).body).toMatchObject({ reason: null, answer: null });
  expect((await answer(id, true)).status).toBe(200);
  expect((await ask(dean, 'GET', ofStaff(id, 'appeal'))).body).toMatchObject({
    answer: { upheld: true, reason: null },
  });
});
