import { shared } from '../../support/hooks.js';
import { contentId, courseId, type Person, people, publishedExam, root } from '../../support/service.js';
import { openToolCourse } from './tool-course.js';

const { alice, bob, staff, teacher } = people;
const service = shared(() => openToolCourse({ midterm: { exam_type: 'timed' } }));
const otherCourse = 'course-v1:OrgX+Other+2031';
const url = '/api/v1/exams/attempt';
const text = encodeURIComponent(contentId('midterm'));

const latest = async (person: Person, query = '') =>
  (await service.request(person, 'GET', `${url}/latest${query}`)).body;
const shown = async (person: Person, course: string) =>
  (await service.request(person, 'GET', `/api/v1/student/exam/attempt/course_id/${course}/content_id/${text}`)).body
    .exam;
const begin = async (person: Person, exam_id: number, start_clock = 'true'): Promise<number> =>
  (await service.request(person, 'POST', url, { exam_id, start_clock })).body.exam_attempt_id;
const act = (person: Person, id: number, action: string) => service.request(person, 'PUT', `${url}/${id}`, { action });
const configure = (course: string, provider: string | null) =>
  service.request(staff, 'PATCH', `/api/v1/configs/course_id/${course}`, { provider, escalation_email: null });
let legacyExam: number;

beforeAll(async () => {
  const listed = [{ ...publishedExam('midterm', { is_proctored: false }), course_id: otherCourse }];
  const published = await service.request(staff, 'PATCH', `${root}/exam_registration/course_id/${otherCourse}`, listed);
  legacyExam = published.body[0].exam_id;
});

describe('a course without an LTI tool is answered as edx-proctoring does (edx-exams.md §6)', () => {
  it('with its exam, which sends the learning front end to edx-proctoring', async () => {
    expect(await shown(alice, otherCourse)).toMatchObject({
      id: legacyExam,
      content_id: contentId('midterm'),
      total_time: '30 minutes',
      attempt: {},
      use_legacy_attempt_api: true,
    });
    expect(await shown(alice, courseId)).not.toHaveProperty('use_legacy_attempt_api');
  });

  it('with the running attempt, unless one runs in a course with a tool', async () => {
    const asked = { exam_id: legacyExam, attempt_proctored: 'false', start_clock: 'true' };
    const id = (await service.request(alice, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
    const legacy = { attempt_id: id, use_legacy_attempt_api: true, attempt_status: 'started' };
    expect(await latest(alice)).toMatchObject(legacy);
    const here = await begin(alice, service.exams.midterm!);
    expect(await latest(alice)).toMatchObject({ attempt_id: here, exam_type: 'timed' });
    expect(await latest(alice)).not.toHaveProperty('use_legacy_attempt_api');
    await act(alice, here, 'submit');
    expect(await latest(alice, `?content_id=${text}`)).toMatchObject(legacy);
    await service.request(alice, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    expect(await latest(alice, `?content_id=${text}`)).toMatchObject({ attempt_id: here, attempt_status: 'submitted' });
    expect(await latest(alice)).toEqual({});
  });
});

it('the same content in two courses is two exams with their own attempts (H10)', async () => {
  await configure(otherCourse, 'watchers');
  const there = (await shown(bob, otherCourse)).id;
  const here = service.exams.midterm!;
  expect(there).not.toBe(here);
  const first = await begin(bob, here, 'false');
  const second = await begin(bob, there, 'false');
  expect((await shown(bob, courseId)).attempt.attempt_id).toBe(first);
  expect((await shown(bob, otherCourse)).attempt.attempt_id).toBe(second);
  expect((await latest(bob, `?content_id=${text}`)).attempt_id).toBe(second);
});

it('an attempt goes on in its generation when the course changes its provider', async () => {
  const exams = await service.register({
    midterm: { exam_type: 'timed' },
    final: { exam_type: 'timed', time_limit_mins: 50 },
  });
  const old = await begin(alice, exams.final!, 'false');
  await service.register({ midterm: { exam_type: 'timed' }, final: { exam_type: 'practice', time_limit_mins: 20 } });
  const finalUrl = `/api/v1/student/exam/attempt/course_id/${courseId}/content_id/${contentId('final')}`;
  const { id, exam_type, attempt } = (await service.request(alice, 'GET', finalUrl)).body.exam;
  expect([exam_type, attempt]).toEqual(['practice', {}]);
  expect(id).not.toBe(exams.final);

  expect((await act(alice, old, 'start')).status).toBe(200);
  const running = await latest(alice);
  expect(running).toMatchObject({ attempt_id: old, exam_type: 'timed', attempt_status: 'started' });
  expect(running.time_remaining_seconds).toBeGreaterThan(49 * 60);
  const token = (exam: number) => service.request(alice, 'GET', `/api/v1/access_tokens/exam_id/${exam}/`);
  expect([(await token(exams.final!)).status, (await token(id)).status]).toEqual([200, 403]);
  await act(alice, old, 'submit');
  expect((await act(teacher, old, 'verify')).status).toBe(200);
  expect(await begin(alice, id, 'false')).not.toBe(old);
});

it('an earlier generation opens the content no sooner than the current one', async () => {
  const token = async (person: Person, exam: number) =>
    (await service.request(person, 'GET', `/api/v1/access_tokens/exam_id/${exam}/`)).status;
  const past = { due_date: '2026-01-01T00:00:00Z' };
  const before = (await service.register({ midterm: { exam_type: 'timed', ...past } })).midterm!;
  expect(await token(teacher, before)).toBe(200);
  expect(await token(alice, before)).toBe(200);
  const now = (await service.register({ midterm: { exam_type: 'practice' } })).midterm!;
  expect([await token(alice, before), await token(people.reviewer, before), await token(alice, now)]).toEqual([
    403, 403, 403,
  ]);
});
