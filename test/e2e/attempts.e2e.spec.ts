import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, publishedExam, root } from '../support/service.js';

const { alice, bob, teacher, reviewer } = people;

const service = shared(() =>
  openCourse({ midterm: {}, final: {}, quiz: { is_proctored: false }, onboarding: { is_practice_exam: true } }),
);

const create = (exam: string, person = alice, more: object = {}) =>
  service.createAttempt(person, service.exams[exam], { attempt_proctored: String(exam !== 'quiz'), ...more });
const act = (id: number, action: string, person = alice, more: object = {}) =>
  service.request(person, 'PUT', `${root}/attempt/${id}`, { action, ...more });
const poll = async (id: number, person = alice) => (await service.request(person, 'GET', `${root}/attempt/${id}`)).body;

it('an attempt goes from created to verified, and its history proves it', async () => {
  const id = await create('midterm');
  expect(await poll(id)).toMatchObject({
    status: 'created',
    external_id: `test-attempt-${id}`,
    time_remaining_seconds: 0,
  });
  expect((await act(id, 'start')).body).toEqual({ exam_attempt_id: id });
  expect(await poll(id)).toMatchObject({ status: 'started', allowed_time_limit_mins: 30 });
  await act(id, 'stop');
  await act(id, 'submit');
  const review = { status: 'passed', comments: [{ comment: 'a clear desk', status: 'Clean' }] };
  const reviewed = await service.request(reviewer, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, review);
  expect(reviewed).toMatchObject({ status: 200, body: 'OK' });
  expect(await poll(id)).toMatchObject({ status: 'verified' });

  const history = await service.request(teacher, 'GET', `/api/audit/v1/attempts/${id}/history`);
  expect(history.body).toMatchObject({ is_intact: null, problem: null, covered_to_version: 0 });
  expect(history.body.events.map(({ type }: { type: string }) => type)).toEqual([
    'AttemptCreated',
    'AttemptStarted',
    'AttemptStopped',
    'AttemptSubmitted',
    'ReviewReceived',
    'AttemptVerified',
  ]);
  expect(JSON.stringify(history.body)).not.toContain('clear desk');
});

it('declining one exam declines the other proctored exams of the course', async () => {
  const id = await create('midterm', bob);
  await act(id, 'decline', bob);
  const { body } = await service.request(
    bob,
    'GET',
    `${root}/attempt/course_id/${courseId}?content_id=${encodeURIComponent(publishedExam('final').content_id)}`,
  );
  expect(body.exam.attempt).toMatchObject({ attempt_status: 'declined', taking_as_proctored: false });
});

it('after an error in the browser staff let the learner resume with the remaining time', async () => {
  const id = await create('final');
  await act(id, 'start');
  await act(id, 'error', alice, { detail: 'the camera went away' });
  expect(await poll(id)).toMatchObject({ status: 'error', is_resumable: true });
  expect((await act(id, 'mark_ready_to_resume')).status).toBe(403);
  expect((await act(id, 'mark_ready_to_resume', teacher, { user_id: alice.user_id })).status).toBe(200);
  const resumed = await create('final');
  await act(resumed, 'start');
  expect(await poll(resumed)).toMatchObject({ status: 'started', allowed_time_limit_mins: 29 });
});

it('a running exam has a timer', async () => {
  const id = await create('quiz', bob, { start_clock: 'true' });
  const timer = await service.request(bob, 'GET', `${root}/attempt`);
  expect(timer.body).toMatchObject({ in_timed_exam: true, attempt_id: id, total_time: '30 minutes' });
  const active = await service.request(bob, 'GET', `${root}/active_attempt`);
  expect(active.body).toMatchObject({ attempt_id: id });
});

it('an allowance gives more time to one learner', async () => {
  const grant = { exam_id: service.exams.quiz, user_info: 'alice', key: 'additional_time_granted', value: '15' };
  expect((await service.request(teacher, 'PUT', `${root}/allowance`, grant)).status).toBe(200);
  const id = await create('quiz', alice, { start_clock: 'true' });
  expect(await poll(id)).toMatchObject({ allowed_time_limit_mins: 45 });
});
