import { until } from '../../libs/event-store/src/testing.js';
import { shared } from '../support/hooks.js';
import {
  contentId,
  courseId,
  openCourse,
  type Person,
  people,
  publishedExam,
  root,
  roster,
} from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const otherTeacher = { user_id: 6, preferred_username: 'other_teacher' };
const otherCourse = 'course-v1:OrgX+Other+2031';
const audit = '/api/audit/v1';

const twoCourses = {
  ...roster,
  users: [...roster.users, { id: otherTeacher.user_id, username: 'other_teacher', email: '' }],
  courses: [...roster.courses, { course_id: otherCourse, display_name: 'Other' }],
  course_staff: [...roster.course_staff, { user: 'other_teacher', course_id: otherCourse }],
};
const service = shared(() => openCourse({ midterm: {}, final: {} }, { roster: twoCourses }));
const { request: ask } = service;
let attempt: number;
let other: number;

const act = (id: number, action: string, person: Person = alice, headers = {}) =>
  ask(person, 'PUT', `${root}/attempt/${id}`, { action }, headers);
const search = async (query: Record<string, unknown>, person: Person = auditor) => {
  const asked = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)] as [string, string]),
  );
  const { status, body } = await ask(person, 'GET', `${audit}/events/search?${asked}`);
  expect({ query, status, detail: body.detail }).toEqual({ query, status: 200, detail: undefined });
  return body as { results: any[]; next: string | null };
};
const typesOf = async (query: Record<string, unknown>, person?: Person) =>
  (await search(query, person)).results.map(({ type }) => type);

beforeAll(async () => {
  const elsewhere = { ...publishedExam('elsewhere'), content_id: contentId('elsewhere') };
  const url = `${root}/exam_registration/course_id/${otherCourse}`;
  const { body } = await ask(staff, 'PATCH', url, [{ ...elsewhere, course_id: otherCourse }]);
  attempt = await service.createAttempt(alice, service.exams.midterm, { start_clock: 'true' });
  await act(attempt, 'stop', alice, { 'x-request-id': 'request-of-alice' });
  await service.createAttempt(bob, service.exams.final, { start_clock: 'true' });
  other = await service.createAttempt(bob, body[0].exam_id, { start_clock: 'true' });
  await ask(teacher, 'PUT', `${root}/allowance`, {
    ...{ exam_id: service.exams.midterm, user_info: 'alice', key: 'additional_time_granted', value: '10' },
  });
});

it('an auditor finds the newest events first, and what each search asks for', async () => {
  const { midterm } = service.exams;
  const ofAttempt = ['AttemptStopped', 'AttemptStarted', 'AttemptCreated'];
  expect((await typesOf({}))[0]).toBe('AllowanceGranted');
  expect(await typesOf({ attempt_id: attempt })).toEqual(ofAttempt);
  expect(await typesOf({ user_id: alice.user_id })).toEqual(['AllowanceGranted', ...ofAttempt]);
  expect(await typesOf({ exam_id: midterm })).toEqual(['AllowanceGranted', ...ofAttempt, 'ExamCreated']);
  expect(await typesOf({ course_id: otherCourse })).toEqual(['AttemptStarted', 'AttemptCreated', 'ExamCreated']);
  expect(await typesOf({ type: 'AttemptStopped' })).toEqual(['AttemptStopped']);
  expect(await typesOf({ actor: `user:${teacher.user_id}` })).toEqual(['AllowanceGranted']);
  expect(await typesOf({ actor: `user:${alice.user_id}` })).toEqual(ofAttempt);
  expect(await typesOf({ request_id: 'request-of-alice' })).toEqual(['AttemptStopped']);
  expect(await typesOf({ user_id: bob.user_id, exam_id: service.exams.final, type: 'AttemptCreated' })).toEqual([
    'AttemptCreated',
  ]);
  expect(await typesOf({ attempt_id: 999_999 })).toEqual([]);
});

it('events are found by the time of their recording', async () => {
  const [stopped, started] = (await search({ attempt_id: attempt })).results;
  expect(await typesOf({ attempt_id: attempt, from: stopped.recordedAt })).toEqual(['AttemptStopped']);
  expect((await typesOf({ until: started.recordedAt }))[0]).not.toBe('AttemptStopped');
  expect((await ask(auditor, 'GET', `${audit}/events/search?from=yesterday`)).status).toBe(400);
});

it('pages and the file for spreadsheets have each event once', async () => {
  for (const query of [{ course_id: courseId }, {}, { actor: `user:${alice.user_id}` }]) {
    const all = (await search(query)).results;
    const parts = [];
    for (const { recordedAt, position } of all)
      parts.push((await search({ ...query, after: `${recordedAt},${position}` })).results.length);
    expect(parts).toEqual(all.map((_, index) => all.length - 1 - index));
  }
  const url = `${audit}/events/search?course_id=${encodeURIComponent(courseId)}`;
  const { body } = await ask(auditor, 'GET', url, undefined, { accept: 'text/csv' });
  const [names, ...lines] = String(body).trim().split('\r\n');
  expect(names).toContain('"recordedAt","type"');
  expect(lines.map((line) => line.split('"')[3])).toEqual(await typesOf({ course_id: courseId }));
});

it('course staff find the events of their courses alone', async () => {
  const courses = async (query: object, person: Person) =>
    new Set((await search({ ...query }, person)).results.map(({ metadata }) => metadata.courseId));
  expect(await courses({}, teacher)).toEqual(new Set([courseId]));
  expect(await courses({}, otherTeacher)).toEqual(new Set([otherCourse]));
  expect(await courses({ user_id: bob.user_id }, teacher)).toEqual(new Set([courseId]));
  expect(await typesOf({ attempt_id: other }, teacher)).toEqual([]);
  const asked = `${audit}/events/search?course_id=${encodeURIComponent(otherCourse)}`;
  expect((await ask(teacher, 'GET', asked)).status).toBe(403);
  expect((await ask(alice, 'GET', `${audit}/events/search`)).status).toBe(403);
});

it('the access log has who searched for what, and shows its newest entries first', async () => {
  await ask(teacher, 'GET', `${audit}/events/search?user_id=${alice.user_id}`, undefined, {
    'x-request-id': 'search-1',
  });
  const newest = (query: string, person: Person = auditor) => ask(person, 'GET', `${audit}/access/search?${query}`);
  await until('the search is recorded', async () => (await newest('request_id=search-1')).body.results.length === 1);
  const [entry] = (await newest('request_id=search-1')).body.results;
  expect(entry).toMatchObject({ action: `GET ${audit}/events/search`, user_id: teacher.user_id, rows: 4 });
  expect(entry.objects).toEqual([`user:${alice.user_id}`, `course:${courseId}`]);
  const { results, next } = (await newest('outcome=refused')).body;
  expect(results.map(({ outcome }: any) => outcome)).toEqual(results.map(() => 'refused'));
  expect([...results].sort((one, another) => another.id - one.id)).toEqual(results);
  expect(next).toBeNull();
  const rest = (await newest(`outcome=refused&after=${results[0].cursor}`)).body.results;
  expect(rest).toEqual(results.slice(1));
  expect((await newest('outcome=lost')).status).toBe(400);
  expect((await newest('', teacher)).status).toBe(403);
});
