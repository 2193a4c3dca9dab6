import { browserHeaders, callsOf, filled, misfits, variantsOf } from '../support/front-end-calls.js';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, root } from '../support/service.js';

// The calls of the default instructor dashboard of Open edX (instructor-v2.md §4). The dashboard reads answers in camel case.

const calls = callsOf('instructor-dashboard');
const { alice, bob, teacher } = people;
const dashboard = 'https://dashboard.example.org';

const service = shared(() =>
  openCourse(
    { midterm: {}, quiz: { is_proctored: false }, start: { is_practice_exam: true } },
    { environment: { CORS_ORIGINS: dashboard } },
  ),
);
let variables: Record<string, string | number>;
let session: Record<string, string>;

beforeAll(async () => {
  const attempt = await service.createAttempt(alice, service.exams.midterm, { start_clock: 'true' });
  await service.request(alice, 'PUT', `${root}/attempt/${attempt}`, { action: 'error' });
  await service.createAttempt(bob, service.exams.start);
  await service.createAttempt(bob, service.exams.midterm);
  variables = { course: courseId, exam: service.exams.midterm!, attempt, learner: alice.user_id };
  session = await browserHeaders(service, teacher, dashboard);
});

const boundary = 'a-boundary';
const multipart = (form: Record<string, unknown>) =>
  [
    ...Object.entries(form).map(
      ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    ),
    `--${boundary}--\r\n`,
  ].join('');

const camelCased = (value: any): any => {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  const nameOf = (name: string) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [nameOf(name), camelCased(each)]));
};

describe('the default instructor dashboard', () => {
  it.each(calls)('$screen', async (call) => {
    for (const more of variantsOf(call)) {
      const { method, path, body, form } = filled(call, { ...variables, ...more });
      const type = { 'content-type': `multipart/form-data; boundary=${boundary}` };
      const headers = { ...session, ...(form && type) };
      const answer = await service.request(undefined, method, path, form ? multipart(form) : body, headers);
      expect([path, answer.status]).toEqual([path, call.status ?? 200]);
      if (call.reads) expect(misfits(camelCased(answer.body), call.reads)).toEqual([]);
      if (call.isFrame) {
        expect(answer.headers).not.toHaveProperty('x-frame-options');
        expect(answer.headers['content-security-policy']).toContain(`frame-ancestors 'self' ${dashboard}`);
      }
    }
  });

  it('deletes exactly the allowance that it names by the id of the user', async () => {
    const list = `/api/instructor/v2/courses/${courseId}/special_exams/allowances`;
    const { body } = await service.request(undefined, 'GET', list, undefined, session);
    expect(body.results.map(({ user }: any) => user.username)).toEqual(['bob']);
  });
});
