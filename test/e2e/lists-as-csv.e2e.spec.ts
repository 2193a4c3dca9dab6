import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, publishedExam, root, roster } from '../support/service.js';

const { staff, alice } = people;
const formula = '=HYPERLINK("https://evil.example")';

const service = shared(() => {
  const users = roster.users.map((user) => (user.id === alice.user_id ? { ...user, full_name: formula } : user));
  const exams = {
    midterm: { ...publishedExam('midterm'), backend: 'test' },
    onboarding: { is_practice_exam: true, backend: 'test' },
  };
  return openCourse(exams, { roster: { ...roster, users } });
});

/** The lists of the console, with the number of their rows. */
const lists: Record<string, number> = {
  '/api/audit/v1/events/search': 5,
  '/api/exams/v1/courses/{courseId}/allowances': 1,
  '/api/exams/v1/courses/{courseId}/appeals': 0,
  '/api/exams/v1/courses/{courseId}/attempts': 1,
  '/api/exams/v1/courses/{courseId}/exams': 2,
  '/api/exams/v1/courses/{courseId}/onboarding': 2,
  '/api/exams/v1/courses/{courseId}/review-outcomes': 2,
  '/api/exams/v1/courses/{courseId}/running-attempts': 1,
  '/api/operations/v1/callbacks': 0,
  '/api/operations/v1/dead-letters': 0,
  '/api/operations/v1/deliveries': 0,
};

beforeAll(async () => {
  await service.createAttempt(alice, service.exams.midterm, { start_clock: 'true' });
  await service.request(staff, 'PUT', `${root}/allowance`, {
    ...{ exam_id: service.exams.midterm, user_info: 'alice', key: 'review_policy_exception', value: '+1 book' },
  });
});

it('these lists are answered as JSON and as CSV', async () => {
  const { paths } = (await service.request(undefined, 'GET', '/docs-json')).body;
  const both = Object.keys(paths).filter((path) => {
    const { 'application/json': json, 'text/csv': csv } = paths[path].get?.responses[200]?.content ?? {};
    return json && csv;
  });
  expect(both.sort()).toEqual(Object.keys(lists));
});

it.each(Object.entries(lists))('%s as CSV has a line of names and %i rows, and no formula', async (path, rows) => {
  const url = `${path.replace('{courseId}', encodeURIComponent(courseId))}?subscription=mail`;
  const { status, body, headers } = await service.request(staff, 'GET', url, undefined, { accept: 'text/csv' });
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/csv; charset=utf-8' });
  expect(headers['content-disposition']).toMatch(/^attachment; filename="[\w.+-]+\.csv"$/);
  expect(body).toMatch(/^\uFEFF"\w+"(,"\w+")+\r\n/);
  expect(body.split('\r\n')).toHaveLength(rows + 2);
  expect(body).not.toMatch(/(^|,)"?[=+@-]/m);
});

it('names of learners in CSV are texts, also those that look like a formula', async () => {
  const url = `/api/exams/v1/courses/${encodeURIComponent(courseId)}/running-attempts`;
  const { body } = await service.request(staff, 'GET', url, undefined, { accept: 'text/csv' });
  expect(body).toContain(`"'${formula.replaceAll('"', '""')}"`);
});
