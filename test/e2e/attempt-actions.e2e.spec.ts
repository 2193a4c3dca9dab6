import { submitOverdue } from '../../apps/worker/src/deadlines.js';
import { Clock } from '../../libs/clock/src/index.js';
import { learnerAtExamStream, OverdueAttempts, readableTimeline } from '../../libs/commands/src/index.js';
import { EventStore } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { fresh } from '../support/hooks.js';
import { courseId, openCourse, type Person, people, root } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const superuser: Person = { ...staff, superuser: true };
const service = fresh(() => openCourse({ midterm: { is_proctored: false }, final: { is_proctored: false } }));

const start = (person: Person, exam = 'midterm') =>
  service.createAttempt(person, service.exams[exam]!, { start_clock: 'true', attempt_proctored: 'false' });
const act = (action: string, body: object, person: Person = teacher, headers = {}) =>
  service.request(person, 'POST', `/api/exams/v1/courses/${courseId}/running-attempts/${action}`, body, headers);
const done = async (action: string, body: object, headers = {}) => {
  const answer = await act(action, body, teacher, headers);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};
const poll = async (person: Person, id: number) => (await service.request(person, 'GET', `${root}/attempt/${id}`)).body;
const submit = async (person: Person, id: number) =>
  expect((await service.request(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' })).status).toBe(200);
const secondsLeft = async (person: Person, id: number): Promise<number> =>
  (await poll(person, id)).time_remaining_seconds;
const endOverdue = () => submitOverdue(service.database.pool, service.app.get(OverdueAttempts), service.app.get(Clock));
const timelineOf = async (person: Person, id: number) =>
  (await service.request(person, 'GET', `/api/exams/v1/me/attempts/${id}/timeline`)).body.entries;
const events = async () => (await service.query('select count(*)::int as count from events'))[0].count;
const extraTime = (id: number, more: object = {}) => ({
  attempt_ids: [id],
  seconds: 600,
  reason: 'The fire alarm rang.',
  ...more,
});
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

describe('extra time', () => {
  it('is in the next poll, moves the end, and can be taken back', async () => {
    const id = await start(alice);
    const { grant_id, changed, attempts } = await done('extra-time', extraTime(id));
    expect({ changed, attempts }).toMatchObject({
      changed: 1,
      attempts: [{ attempt_id: id, username: 'alice', seconds: 600, allowed_time_limit_mins: 40, refusal: null }],
    });
    expect(await secondsLeft(alice, id)).toBeGreaterThan(39 * 60);
    expect(await poll(alice, id)).toMatchObject({ allowed_time_limit_mins: 40 });

    await service.moveClock('35 minutes');
    await endOverdue();
    expect((await poll(alice, id)).status).toBe('started');
    expect(await done('extra-time/take-back', { attempt_ids: [id], grant_id })).toMatchObject({
      changed: 0,
      attempts: [{ refusal: { code: 'extra_time_in_use' } }],
    });

    await service.moveClock('10 minutes');
    expect(await done('extra-time/take-back', { attempt_ids: [id], grant_id })).toMatchObject({ changed: 1 });
    expect(await secondsLeft(alice, id)).toBeLessThan(20 * 60);
    expect((await timelineOf(alice, id)).slice(-2)).toMatchObject([
      { event: 'extra_time_given', by: 'staff', seconds: 600, reason: 'The fire alarm rang.' },
      { event: 'extra_time_taken_back', seconds: 600 },
    ]);
  });

  it('ends an attempt at the new end', async () => {
    const id = await start(alice);
    await done('extra-time', extraTime(id));
    await service.moveClock('41 minutes');
    await endOverdue();
    const { started_at, completed_at, status } = await poll(alice, id);
    expect(status).toBe('submitted');
    expect(Date.parse(completed_at) - Date.parse(started_at)).toBe(40 * 60_000);
  });

  it('is shown first by a preview, which changes nothing', async () => {
    const ids = [await start(alice), await start(bob)];
    await submit(bob, ids[1]!);
    const before = await events();
    const asked = extraTime(0, { attempt_ids: [...ids, 999], preview: true });
    const preview = await done('extra-time', asked);
    expect(preview).toMatchObject({
      preview: true,
      grant_id: null,
      changed: 1,
      attempts: [
        { attempt_id: ids[0], refusal: null, allowed_time_limit_mins: 40 },
        { attempt_id: ids[1], changed: false, refusal: { code: 'attempt_not_running' } },
      ],
      not_found: [{ attempt_id: 999, refusal: { code: 'attempt_not_found' } }],
    });
    expect(await events()).toBe(before);
    const { attempts } = await done('extra-time', { ...asked, preview: false });
    const ends = (each: any) => [each.attempt_id, each.ends_at, each.refusal?.code];
    expect(attempts.map(ends)).toEqual(preview.attempts.map(ends));
  });

  it('is given once, however often the request is repeated, also by a request that died in the middle', async () => {
    const ids = [await start(alice), await start(bob)];
    const key = { 'Idempotency-Key': 'alarm' };
    const asked = extraTime(0, { attempt_ids: ids });
    const first = await done('extra-time', asked, key);
    await service.query('delete from idempotency_keys'); // the answer was never kept
    const again = await done('extra-time', asked, key);
    expect(again).toMatchObject({ grant_id: first.grant_id, changed: 2 });
    expect(await secondsLeft(alice, ids[0]!)).toBeLessThanOrEqual(40 * 60);
    expect(await done('extra-time/take-back', { attempt_ids: ids, grant_id: first.grant_id })).toMatchObject({
      changed: 2,
    });
  });
});

describe('after an outage', () => {
  it('each attempt gets the time that it lost, and those that ended are listed', async () => {
    const alices = await start(alice);
    await service.moveClock('10 minutes');
    const bobs = await start(bob, 'final');
    await service.moveClock('12 minutes');
    await done('pause', { attempt_ids: [bobs] });
    await service.moveClock('15 minutes');
    await done('end-pause', { attempt_ids: [bobs] });
    await service.moveClock('32 minutes');
    await endOverdue();
    const outage = {
      outage_from: later(5),
      outage_until: later(20),
      whole_course: true,
      reason: 'The network failed.',
    };
    const preview = await done('extra-time', { ...outage, preview: true });
    const [first, second] = preview.attempts;
    expect(first).toMatchObject({
      attempt_id: alices,
      status: 'submitted',
      refusal: { code: 'attempt_not_running' },
      changed: false,
    });
    expect(first.seconds).toBe(15 * 60);
    // From the start after 10 minutes to 20, without 3 minutes of pause.
    expect(second).toMatchObject({ attempt_id: bobs, changed: true });
    expect(Math.abs(second.seconds - 7 * 60)).toBeLessThan(20);
    expect(await done('extra-time', outage)).toMatchObject({ changed: 1 });
    expect(await done('extra-time', outage)).toMatchObject({
      changed: 0,
      attempts: [{}, { refusal: { code: 'outage_already_compensated' } }],
    });
  });
});

describe('a pause', () => {
  it('of all attempts at an exam keeps their time, and moves their ends by its length', async () => {
    const ids = [await start(alice), await start(bob)];
    const other = { exam_id: service.exams.midterm };
    await service.moveClock('20 minutes');
    expect(await done('pause', other)).toMatchObject({
      changed: 2,
      attempts: ids.map((id) => ({ attempt_id: id, is_paused: true, ends_at: null })),
    });
    expect(await done('pause', other)).toMatchObject({ changed: 0, attempts: [{ refusal: null }, { refusal: null }] });

    await service.moveClock('35 minutes');
    await endOverdue();
    expect(await poll(alice, ids[0]!)).toMatchObject({ status: 'started' });
    const left = await secondsLeft(alice, ids[0]!);
    expect(left).toBeGreaterThan(9 * 60);
    expect(left).toBeLessThanOrEqual(10 * 60);
    expect(await secondsLeft(alice, ids[0]!)).toBe(left);
    await submit(bob, ids[1]!);

    expect(await done('end-pause', other)).toMatchObject({ changed: 1, attempts: [{ attempt_id: ids[0] }] });
    expect(await secondsLeft(alice, ids[0]!)).toBeGreaterThan(left - 20);
    await service.moveClock('46 minutes');
    await endOverdue();
    expect((await poll(alice, ids[0]!)).status).toBe('submitted');
    expect((await timelineOf(alice, ids[0]!)).map(({ event }: any) => event)).toEqual([
      'created',
      'started',
      'paused',
      'pause_ended',
      'time_ran_out',
    ]);
  });
});

describe('staff', () => {
  it('submit attempts, and end them with an error that leaves their time', async () => {
    const [first, second] = [await start(alice), await start(bob)];
    const preview = await done('submit', { attempt_ids: [first], preview: true });
    expect(preview.attempts).toMatchObject([{ attempt_id: first, status: 'submitted', changed: true }]);
    expect((await poll(alice, first)).status).toBe('started');
    await done('submit', { attempt_ids: [first] });
    expect((await poll(alice, first)).status).toBe('submitted');

    await service.moveClock('10 minutes');
    await done('error', { attempt_ids: [second] });
    const { status, is_resumable } = await poll(bob, second);
    expect({ status, is_resumable }).toEqual({ status: 'error', is_resumable: true });
    const [{ time_remaining_seconds }] = await service.query('select * from attempts where id = $1', [second]);
    expect(Number(time_remaining_seconds)).toBeGreaterThan(19 * 60);
  });

  it('write to learners, who alone can read it, and it cannot be read once they are retired', async () => {
    const ids = [await start(alice), await start(bob)];
    const text = 'Please stay in your seats.';
    expect(await done('message', { exam_id: service.exams.midterm, text })).toMatchObject({ changed: 2 });
    expect((await timelineOf(alice, ids[0]!)).at(-1)).toMatchObject({
      event: 'message_sent',
      by: 'staff',
      message: text,
    });
    const stored = JSON.stringify(await service.query(`select data from events where type = 'MessageSent'`));
    expect(stored).not.toContain('seats');
    await submit(alice, ids[0]!);
    expect((await service.request(superuser, 'POST', '/api/edx_proctoring/v1/retire_user/2/')).status).toBe(204);
    const learner = { examId: service.exams.midterm!, userId: alice.user_id };
    const history = await service.app.get(EventStore).read(learnerAtExamStream(learner));
    const timeline = await readableTimeline(service.database.pool, learner, history, ids[0]!);
    expect(timeline.at(-2)).toMatchObject({ what: 'message_sent', message: null });
  });

  it('leave an entry in the access log, which names the learners', async () => {
    await start(alice);
    await start(bob);
    await done('pause', { whole_course: true });
    const entries = async () =>
      service.query(
        `select user_id, outcome, objects, row_count from access_log where action like '%/pause' order by id`,
      );
    await until('the outcome is recorded', async () => (await entries()).some(({ outcome }) => outcome === 'done'));
    const objects = ['user:2', 'user:3'];
    expect((await entries()).at(-1)).toMatchObject({ user_id: '4', objects: expect.arrayContaining(objects) });
  });

  it('of another course, and learners, change nothing', async () => {
    const id = await start(alice);
    const before = await events();
    for (const action of ['extra-time', 'extra-time/take-back', 'pause', 'end-pause', 'submit', 'error', 'message'])
      expect((await act(action, { attempt_ids: [id] }, alice)).status).toBe(403);
    const other = '/api/exams/v1/courses/course-v1:OrgX+Other+2031/running-attempts/submit';
    expect((await service.request(teacher, 'POST', other, { attempt_ids: [id] })).status).toBe(403);
    expect(await service.request(staff, 'POST', other, { attempt_ids: [id] })).toMatchObject({
      status: 200,
      body: { changed: 0, attempts: [], not_found: [{ attempt_id: id }] },
    });
    expect(await events()).toBe(before);
  });

  it('must say what they want', async () => {
    const wrong = [
      ['no attempts', 'pause', {}],
      ['two selections', 'pause', { exam_id: 1, whole_course: true }],
      ['an empty list', 'pause', { attempt_ids: [] }],
      ['ids that are none', 'pause', { attempt_ids: ['x'] }],
      ['no time', 'extra-time', { whole_course: true, reason: 'x' }],
      ['no reason', 'extra-time', { whole_course: true, seconds: 60 }],
      ['less than a second', 'extra-time', { whole_course: true, seconds: 0, reason: 'x' }],
      ['more than a week', 'extra-time', { whole_course: true, seconds: 604_801, reason: 'x' }],
      ['half an outage', 'extra-time', { whole_course: true, outage_from: later(-5), reason: 'x' }],
      [
        'an outage that goes on',
        'extra-time',
        { whole_course: true, outage_from: later(-5), outage_until: later(5), reason: 'x' },
      ],
      [
        'an outage that ends before it begins',
        'extra-time',
        { whole_course: true, outage_from: later(-5), outage_until: later(-6), reason: 'x' },
      ],
      ['no text', 'message', { whole_course: true, text: ' ' }],
    ] as const;
    for (const [what, action, body] of wrong)
      expect([what, await act(action, body)]).toMatchObject([
        what,
        { status: 400, body: { detail: expect.any(String) } },
      ]);
  });
});
