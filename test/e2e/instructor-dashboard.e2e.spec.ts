import { readFileSync } from 'node:fs';
import { shared } from '../support/hooks.js';
import { courseId, openCourse, people, root, tokenOf } from '../support/service.js';

// The calls of the default instructor dashboard of Open edX, as data (instructor-v2.md §4), in the order of a session. The
// dashboard reads answers in camel case.

/** The fields that the dashboard reads, with their types; `?`: or null. The item of a list stands for all, and there is one. */
type Shape = string | { [field: string]: Shape } | [Shape];
type Call = {
  screen: string;
  method: string;
  path: string;
  for?: Record<string, string[]>;
  body?: object;
  form?: Record<string, string>;
  status?: number;
  reads?: Shape;
  isFrame?: true;
};

const calls: Call[] = JSON.parse(readFileSync('test/support/fixtures/instructor-dashboard-calls.json', 'utf8'));
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

  const [header, payload, signature] = (await tokenOf(teacher)).split('.');
  const jwt = `edx-jwt-cookie-header-payload=${header}.${payload}; edx-jwt-cookie-signature=${signature}`;
  const csrf = await service.request(undefined, 'GET', '/csrf/api/v1/token');
  const cookies = [csrf.headers['set-cookie']].flat().map((each) => String(each).split(';')[0]);
  session = {
    cookie: [jwt, ...cookies].join('; '),
    'use-jwt-cookie': 'true',
    'x-csrftoken': csrf.body.csrfToken,
    origin: dashboard,
  };
});

/** Fills in the variables. A text that is only a variable keeps the type of its value. */
const filled = <T>(value: T, more: Record<string, string>): T =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/"\{(\w+)\}"/g, (_, name) => JSON.stringify(more[name] ?? variables[name]))
      .replace(/\{(\w+)\}/g, (_, name) => String(more[name] ?? variables[name])),
  );

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

/** Where a value is not what the dashboard reads. */
function misfits(value: any, shape: Shape, place = 'body'): string[] {
  if (typeof shape === 'string') {
    const fits = shape === 'true' ? value === true : typeof value === shape.replace('?', '');
    return fits || (shape.endsWith('?') && value === null) ? [] : [`${place}: ${JSON.stringify(value)} is no ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || value.length === 0) return [`${place} has no items`];
    return value.flatMap((each, index) => misfits(each, shape[0], `${place}[${index}]`));
  }
  return Object.entries(shape).flatMap(([name, each]) => misfits(value?.[name], each, `${place}.${name}`));
}

const variantsOf = ({ for: more = {} }: Call): Record<string, string>[] => {
  const [variant] = Object.entries(more);
  return variant ? variant[1].map((value) => ({ [variant[0]]: value })) : [{}];
};

describe('the default instructor dashboard', () => {
  it.each(calls)('$screen', async (call) => {
    for (const more of variantsOf(call)) {
      const { method, path, body, form } = filled(call, more);
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
