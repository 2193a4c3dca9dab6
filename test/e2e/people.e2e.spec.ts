import { openService, people } from '../support/service.js';

const demo = 'course-v1:OrgX+Demo+2031';
const other = 'course-v1:OrgX+Other+2031';
let service: Awaited<ReturnType<typeof openService>>;

beforeAll(async () => {
  service = await openService();
  await service.request(people.staff, 'PUT', '/api/lms/v1/roster', {
    users: [{ id: 4, username: 'teacher', email: 'teacher@example.org' }],
    courses: [
      { course_id: demo, display_name: 'Demonstration' },
      { course_id: other, display_name: 'Another' },
    ],
    course_staff: [{ user: 'teacher', course_id: demo }],
  });
});
afterAll(() => service.close());

const me = async (person: (typeof people)[keyof typeof people]) =>
  (await service.request(person, 'GET', '/api/exams/v1/me')).body;
const courses = async (person: object, search = '') => {
  const { body } = await service.request(person as any, 'GET', `/api/exams/v1/courses?search=${search}`);
  return body.courses.map(({ course_id }: { course_id: string }) => course_id);
};

describe('the caller', () => {
  it('learns who they are and what they may do', async () => {
    expect(await me(people.alice)).toEqual({
      ...{ user_id: 2, username: 'alice', name: 'alice', is_auditor: false },
      ...{ is_global_staff: false, is_superuser: false, is_course_staff: false },
    });
    expect(await me(people.teacher)).toMatchObject({ is_course_staff: true, is_global_staff: false });
    expect(await me(people.staff)).toMatchObject({ is_course_staff: false, is_global_staff: true, is_auditor: true });
  });

  it('must be logged in', async () => {
    expect((await service.request(undefined, 'GET', '/api/exams/v1/me')).status).toBe(403);
  });
});

describe('courses', () => {
  it('are those whose staff the caller is, and all for global staff and auditors', async () => {
    expect(await courses(people.alice)).toEqual([]);
    expect(await courses(people.teacher)).toEqual([demo]);
    expect(await courses(people.staff)).toEqual([demo, other]);
    expect(await courses({ ...people.alice, scopes: ['audit:read'] })).toEqual([demo, other]);
  });

  it('are found by a part of the id or of the name, in any case', async () => {
    expect(await courses(people.staff, 'anoth')).toEqual([other]);
    expect(await courses(people.staff, 'ORGX')).toEqual([demo, other]);
    expect(await courses(people.staff, '%25')).toEqual([]);
  });

  it('are no more than fifty at a time', async () => {
    await service.request(people.staff, 'PUT', '/api/lms/v1/roster', {
      courses: Array.from({ length: 51 }, (_, n) => ({
        course_id: `course-v1:Many+${n}+2031`,
        display_name: `Many ${n}`,
      })),
    });
    const { body } = await service.request(people.staff, 'GET', '/api/exams/v1/courses?search=many');
    expect(body).toMatchObject({ courses: { length: 50 }, more: true });
  });
});
