import { exams, practice, proctored, rawStep, type Story, step } from '../step.js';

const course = (as: string, status: number, id = '{A}', body?: unknown) =>
  step(`${as} GET ~~/instructor/${id}`, status, body);
const exam = (as: string, status: number, rest: string, body?: unknown) =>
  step(`${as} GET ~~/instructor/{A}/${rest}`, status, body);

const dashboards: Story = {
  name: 'staff open the dashboard',
  steps: [
    course('coach', 404),
    ...['{Empty}', 'a/b/c', '%C3%A9+b+c'].map((id) => course('staff', 404, id)),
    exams({ timed: {} }),
    course('coach', 404),
    exams({ timed: {}, exam: proctored, onboarding: practice, hidden: proctored }),
    step('staff PUT ~/exam', 200, { exam_id: '{hidden}', is_active: false }),
    ...['coach', 'staff'].map((as) => course(as, 302)),
    ...['alice', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody'].flatMap((as) => [
      course(as, 403),
      exam(as, 403, '{exam}'),
      exam(as, 403, '999999999'),
    ]),
    step('coach GET ~~/instructor/{A}?attempt=x&config=true', 302),
    ...['', '?attempt=abc', '?attempt=', '?attempt=a%20b/c', '?attempt=%C3%A9', '?attempt=a&attempt=b'].map((query) =>
      exam('coach', 302, `{exam}${query}`),
    ),
    ...['true', 'TRUE', '1', 'yes', ''].map((config) => exam('coach', 302, `{exam}?config=${config}`)),
    exam('coach', 302, '0{exam}?attempt=x&config=true'),
    ...['hidden', 'onboarding'].map((name) => exam('coach', 302, `{${name}}`)),
    exam('coach', 404, '{timed}'),
    ...['999999999', '0', '99999999999999999999'].map((id) => exam('staff', 500, id)),
    ...['x', '-1', '1.0', '{exam}/', ''].map((id) => exam('staff', 404, id)),
    step('otherCoach GET ~~/instructor/{B}/{exam}', 302),
    course('otherCoach', 302, '{A}', { course_id: '{B}' }),
    course('coach', 403, '{A}', { course_id: '{B}' }),
    exam('coach', 403, '{exam}', { course_id: '{B}' }),
    ...['alice', 'coach'].map((as) => rawStep(`${as} GET ~~/instructor/{A}`, 400, '{')),
    rawStep('alice GET ~~/instructor/{A}', 415, 'x', 'text/plain'),
    course('staff', 500, '{A}', []),
    ...['{A}', '{A}/{exam}'].flatMap((path) => [
      ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => step(`coach ${method} ~~/instructor/${path}`, 405)),
      step(`coach HEAD ~~/instructor/${path}`, 302),
      step(`coach GET ~~/instructor/${path}`, 406, undefined, { headers: { Accept: 'text/html' } }),
    ]),
    step('coach GET ~~/instructor/{A}/', 404),
  ],
};

export const instructorStories = [dashboards];
