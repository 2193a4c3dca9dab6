import { CommandBus } from '@nestjs/cqrs';
import { ReadyAttempt } from '../../../libs/domain/src/index.js';
import { shared } from '../../support/hooks.js';
import { contentId, courseId, type Person, people, root } from '../../support/service.js';
import { openToolCourse } from './tool-course.js';

const { alice, bob, teacher, staff } = people;
const soon = new Date(Date.now() + 1_800_000).toISOString();
const service = shared(() =>
  openToolCourse({
    quiz: { exam_type: 'timed' },
    other: { exam_type: 'timed' },
    midterm: { exam_type: 'proctored' },
    trial: { exam_type: 'practice' },
    due: { exam_type: 'timed', due_date: soon },
  }),
);

const url = '/api/v1/exams/attempt';
const examIdOf = (exam: string) => service.exams[exam]!;
const create = (person: Person, exam: string, start_clock = 'false') =>
  service.request(person, 'POST', url, { exam_id: examIdOf(exam), start_clock });
const begin = async (person: Person, exam: string, start_clock = 'true'): Promise<number> => {
  const { status, body } = await create(person, exam, start_clock);
  expect([status, body]).toEqual([200, { exam_attempt_id: expect.any(Number) }]);
  return body.exam_attempt_id;
};
const act = (person: Person, id: number, action?: unknown) =>
  service.request(person, 'PUT', `${url}/${id}`, { action });
const done = async (person: Person, id: number, action: string) =>
  expect(await act(person, id, action)).toMatchObject({ status: 200, body: { exam_attempt_id: id } });
const remove = (person: Person, id: number) => service.request(person, 'DELETE', `${url}/${id}`);
const latest = async (person: Person, exam?: string) =>
  (
    await service.request(
      person,
      'GET',
      `${url}/latest${exam ? `?content_id=${encodeURIComponent(contentId(exam))}` : ''}`,
    )
  ).body;
const examOf = async (person: Person, exam: string) =>
  (
    await service.request(
      person,
      'GET',
      `/api/v1/student/exam/attempt/course_id/${courseId}/content_id/${contentId(exam)}`,
    )
  ).body.exam;
const readied = async (id: number, person: Person, exam: string) =>
  service.app
    .get(CommandBus)
    .execute(
      new ReadyAttempt(
        { examId: examIdOf(exam), userId: person.user_id },
        { attemptId: id, at: new Date().toISOString() },
        { actor: { kind: 'provider', name: 'watchers' } },
      ),
    );
const detail = (text: string) => ({ body: { detail: text } });
const illegal = (from: string, to: string, exam: string, { user_id }: Person) =>
  detail(
    `A status transition from "${from}" to "${to}" was attempted on exam_id=${examIdOf(exam)} for user_id=${user_id}. This is not allowed! (course_id=${courseId})`,
  );

describe('a timed exam', () => {
  it('is shown, taken and submitted', async () => {
    expect(await latest(alice)).toEqual({});
    expect(await examOf(alice, 'quiz')).toEqual({
      ...{ id: examIdOf('quiz'), exam_name: 'quiz', course_id: courseId, content_id: contentId('quiz') },
      ...{ time_limit_mins: 30, due_date: null, exam_type: 'timed', hide_after_due: false, is_active: true },
      ...{ type: 'timed', is_proctored: false, is_practice_exam: false, backend: null },
      ...{ passed_due_date: false, total_time: 30, attempt: {} },
    });
    const id = await begin(alice, 'quiz');
    const shown = {
      ...{ attempt_id: id, attempt_status: 'started', course_id: courseId, exam_type: 'timed' },
      ...{
        exam_display_name: 'quiz',
        exam_url_path: `https://learning.example.org/course/${courseId}/${contentId('quiz')}`,
      },
      time_remaining_seconds: expect.any(Number),
    };
    for (const answer of [await latest(alice), await latest(alice, 'quiz'), (await examOf(alice, 'quiz')).attempt])
      expect(answer).toEqual(shown);
    await done(alice, id, 'stop');
    await done(alice, id, 'start');
    await done(alice, id, 'submit');
    expect((await latest(alice, 'quiz')).attempt_status).toBe('submitted');
    expect(await latest(alice)).toEqual({});
  });

  it('has one attempt, whose result is final for the learner; submitting again changes nothing (H2)', async () => {
    const { attempt_id: id } = await latest(alice, 'quiz');
    expect(await create(alice, 'quiz')).toMatchObject({
      status: 400,
      ...detail(
        `Cannot create attempt for exam_id=${examIdOf('quiz')} and user_id=${alice.user_id} because an attempt already exists.`,
      ),
    });
    await done(alice, id, 'submit');
    expect(await act(alice, id, 'start')).toMatchObject({
      status: 400,
      ...illegal('submitted', 'started', 'quiz', alice),
    });
    await done(teacher, id, 'verify');
    for (const [action, to] of [
      ['submit', 'submitted'],
      ['error', 'error'],
    ] as const)
      expect(await act(alice, id, action)).toMatchObject({ status: 400, ...illegal('verified', to, 'quiz', alice) });
    await done(teacher, id, 'reject');
    expect((await latest(alice, 'quiz')).attempt_status).toBe('rejected');
  });

  it('does not start while another exam runs, and the refused request leaves nothing (H8, H9)', async () => {
    const id = await begin(bob, 'quiz');
    const refusal = (exam: string) =>
      detail(
        `Cannot start exam attempt for exam_id=${examIdOf(exam)} and user_id=${bob.user_id} because another exam attempt is currently active!`,
      );
    expect(await create(bob, 'other', 'true')).toMatchObject({ status: 400, ...refusal('other') });
    expect((await examOf(bob, 'other')).attempt).toEqual({});
    const second = await begin(bob, 'other', 'false');
    await done(bob, id, 'stop');
    expect(await act(bob, second, 'start')).toMatchObject({ status: 400, ...refusal('other') });
    await done(bob, id, 'submit');
    await done(bob, second, 'start');
    expect(await act(bob, second, 'start')).toMatchObject({
      ...detail(
        `Cannot start exam attempt for exam_id=${examIdOf('other')} and user_id=${bob.user_id} because it has already started!`,
      ),
    });
    await done(bob, second, 'submit');
  });

  it('is submitted at its deadline when the learner looks later (H5)', async () => {
    const id = await begin(alice, 'other');
    await service.moveClock('31 minutes');
    expect((await latest(alice, 'other')).attempt_status).toBe('submitted');
    await service.moveClock('0 minutes');
    const [{ minutes }] = await service.query(
      'select extract(epoch from completed_at - started_at) / 60 as minutes from attempts where id = $1',
      [id],
    );
    expect(Number(minutes)).toBe(30);
  });

  it('does not begin after its due date', async () => {
    await service.moveClock('45 minutes');
    expect(await create(bob, 'due', 'true')).toMatchObject({
      status: 400,
      ...detail(
        `user_id=${bob.user_id} trying to create exam attempt for past due non-practice exam exam_id=${examIdOf('due')} in course_id=${courseId}. Do not register an exam attempt!`,
      ),
    });
    expect((await examOf(bob, 'due')).passed_due_date).toBe(true);
    await service.moveClock('0 minutes');
  });
});

describe('a proctored exam', () => {
  it('starts when the tool is ready, and not before (H2)', async () => {
    const id = await begin(alice, 'midterm', 'false');
    expect((await examOf(alice, 'midterm')).backend).toBe('Watchers');
    await done(alice, id, 'click_download_software');
    expect(await act(alice, id, 'start')).toMatchObject({
      status: 400,
      ...illegal('download_software_clicked', 'started', 'midterm', alice),
    });
    await readied(id, alice, 'midterm');
    await done(alice, id, 'start');
    await done(alice, id, 'click_download_software');
    expect((await latest(alice)).attempt_status).toBe('started');
    await done(alice, id, 'submit');
  });

  it('does not start without the tool by the API of edx-proctoring either', async () => {
    const id = await begin(bob, 'midterm', 'false');
    const legacy = await service.request(bob, 'PUT', `${root}/attempt/${id}`, { action: 'start' });
    expect(legacy).toMatchObject({ status: 400, ...illegal('created', 'started', 'midterm', bob) });
  });
});

describe('an attempt is removed', () => {
  it('by its learner before it has begun, and at a practice exam always (H1)', async () => {
    const { attempt_id: created } = await latest(bob, 'midterm');
    expect(await remove(bob, created)).toMatchObject({ status: 204, body: '' });
    const trial = await begin(bob, 'trial');
    await done(bob, trial, 'submit');
    expect((await remove(bob, trial)).status).toBe(204);
    expect(await latest(bob, 'trial')).toEqual({});
  });

  it('by staff in any status, after which the learner may begin anew', async () => {
    const { attempt_id: id } = await latest(alice, 'midterm');
    const refusal = detail(
      `user_id=${alice.user_id} attempted to delete attempt_id=${id} in course_id=${courseId} but does not have access to it.`,
    );
    expect(await remove(alice, id)).toMatchObject({ status: 403, ...refusal });
    expect((await remove(teacher, id)).status).toBe(204);
    expect(await remove(teacher, id)).toMatchObject({
      status: 400,
      ...detail(`Attempt with attempt_id=${id} does not exist.`),
    });
    await begin(alice, 'midterm', 'false');
  });
});

describe('a request that is refused', () => {
  it('names the caller and not the learner of the attempt (H21)', async () => {
    const { attempt_id: id } = await latest(alice, 'midterm');
    const text = (what: string) =>
      `user_id=${bob.user_id} attempted to ${what} attempt_id=${id} in course_id=${courseId} but does not have access to it.`;
    expect(await act(bob, id, 'stop')).toMatchObject({ status: 403, ...detail(`${text('update')} (action=stop)`) });
    expect(await remove(bob, id)).toMatchObject({ status: 403, ...detail(text('delete')) });
  });

  it('has an action that the caller may not do, or none', async () => {
    const { attempt_id: id } = await latest(alice, 'midterm');
    for (const [person, action, name] of [
      [alice, 'verify', 'verify'],
      [alice, 'reset_attempt', 'reset_attempt'],
      [alice, '', ''],
      [alice, undefined, 'None'],
      [alice, 'constructor', 'constructor'],
      [teacher, 'submit', 'submit'],
      [staff, 'start', 'start'],
    ] as const)
      expect(await act(person, id, action)).toMatchObject({ status: 400, ...detail(`Unrecognized action "${name}"`) });
  });

  it('names an attempt or an exam that does not exist, or no number (H16)', async () => {
    expect(await act(alice, 999_999, 'stop')).toMatchObject({
      status: 400,
      ...detail('Attempt with attempt_id=999999 does not exit.'),
    });
    for (const [exam_id, text] of [
      [undefined, 'Exam with exam_id=None does not exist.'],
      [999_999, 'Exam with exam_id=999999 does not exist.'],
      ['abc', 'exam_id: A valid integer is required.'],
    ] as const)
      expect(await service.request(alice, 'POST', url, { exam_id })).toMatchObject({ status: 400, ...detail(text) });
    expect((await service.request(alice, 'POST', url, [1])).status).toBe(400);
    expect((await service.request(alice, 'POST', url, { exam_id: examIdOf('quiz'), start_clock: true })).status).toBe(
      400,
    );
    for (const [method, path] of [
      ['POST', `${url}/1`],
      ['PUT', url],
      ['DELETE', url],
    ] as const)
      expect((await service.request(alice, method, path, {})).status).toBe(405);
    expect((await service.request(undefined, 'GET', `${url}/latest`)).status).toBe(401);
  });
});

it('a content that nobody knows falls back to the attempt that runs', async () => {
  const id = await begin(bob, 'trial');
  expect(await latest(bob, 'nothing')).toMatchObject({ attempt_id: id });
  expect(await examOf(bob, 'nothing')).toEqual({});
  await done(bob, id, 'submit');
});
