import { jest } from '@jest/globals';
import pg from 'pg';
import { shared } from '../../support/hooks.js';
import { courseId, openCourse, people } from '../../support/service.js';

const service = shared(() => openCourse({ midterm: {}, quiz: {} }));
const url = (more = '', course = courseId) => `/api/v1/instructor_view/course_id/${course}/attempts${more}`;
const list = (more = '') => service.request(people.teacher, 'GET', url(`?exam_id=${service.exams.midterm}${more}`));
const begin = (person: { user_id: number; preferred_username: string }) =>
  service.createAttempt(person, service.exams.midterm!, { start_clock: 'true' });

afterEach(() => jest.restoreAllMocks());

describe('the attempts at an exam, for the exams dashboard', () => {
  it('are none at first', async () =>
    expect(await list()).toMatchObject({ status: 200, body: { count: 0, next: null, previous: null, results: [] } }));

  it('are the newest of each learner, newest first', async () => {
    await begin(people.alice);
    await begin(people.bob);
    const { body } = await list();
    expect(body.results.map(({ username }: { username: string }) => username)).toEqual(['bob', 'alice']);
    expect(body.results[1]).toEqual({
      ...{ attempt_id: expect.any(Number), attempt_status: 'started', start_time: expect.any(String), end_time: null },
      ...{ allowed_time_limit_mins: 30, exam_type: 'proctored', exam_display_name: 'midterm', username: 'alice' },
      proctored_review: null,
    });
    expect(body.count).toBe(2);
  });

  it("have the tool's report with the reason in words", async () => {
    const { attempt_id } = (await list()).body.results[1];
    await service.query(
      `insert into control_results values ($1, 'terminate', 0.256, '16', '2031-05-05T10:00:00Z', now())`,
      [attempt_id],
    );
    expect((await list()).body.results[1].proctored_review).toEqual({
      submission_time: '2031-05-05T10:00:00Z',
      severity: '0.26',
      submission_reason: 'Unplugged camera or microphone',
    });
  });

  it('come in pages with links to the pages around them', async () => {
    const exam = `exam_id=${service.exams.midterm}`;
    const { body } = await list('&limit=1');
    expect([body.count, body.results.length, body.previous]).toEqual([2, 1, null]);
    expect(body.next).toMatch(new RegExp(`^http://[^/]+${url(`\\?${exam}&limit=1&offset=1`).replaceAll('+', '\\+')}$`));
    const last = (await list('&limit=1&offset=1')).body;
    expect([last.next, last.previous]).toEqual([null, body.next.replace('&offset=1', '')]);
    for (const nonsense of ['0', '-1', 'x', '']) expect((await list(`&limit=${nonsense}`)).body.results.length).toBe(2);
    expect((await list('&offset=7')).body.results).toEqual([]);
  });

  it('cost as many statements for many learners as for one', async () => {
    const query = jest.spyOn(pg.Client.prototype, 'query');
    const statementsOf = async (more: string) => {
      query.mockClear();
      await list(more);
      return query.mock.calls.filter(([statement]: any) => /from attempts/.test(statement.text ?? statement)).length;
    };
    expect(await statementsOf('&limit=1')).toBe(2);
    expect(await statementsOf('&limit=1000000')).toBe(2);
  });

  it('belong to the course of the path', async () => {
    const statusOf = async (more: string, course = courseId) =>
      (await service.request(people.staff, 'GET', url(more, course))).status;
    expect(await statusOf(`?exam_id=${service.exams.midterm}`, `${courseId}x`)).toBe(404);
    expect(await statusOf('?exam_id=99999')).toBe(404);
    expect(await statusOf('')).toBe(400); // H16
    expect(await statusOf('?exam_id=abc')).toBe(400);
    expect((await service.request(people.alice, 'GET', url('?exam_id=1'))).status).toBe(403);
  });
});
