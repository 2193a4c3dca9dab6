import { exams, proctored, rawStep, type Step, type Story, step } from '../step.js';

const take = (as: string, exam: string, keep: string, more: object = {}): Step =>
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, ...more }, { keep: { [keep]: 'exam_attempt_id' } });
const start = { start_clock: 'true' };
const group = '~/attempt/grouped/course_id';
const grouped = (as: string, rest = '', status = 200, body?: unknown) =>
  step(`${as} GET ${group}/{A}${rest}`, status, body);
const reset = (as: string, exam: string, user: string, status: number, body?: unknown) =>
  step(`${as} DELETE ~/exam_id/${exam}/user_id/${user}/reset_attempts`, status, body);

const many = [...Array(13).keys()].map((number) => `exam${number}`);
const pages = ['1', '2', '3', '9', '0', '-1', '%202', '+2', '%2B2', '02', '1_0', '%D9%A2', '9'.repeat(400)];
const noPages = ['', 'x', '1.0', '2.0', '0x2', '1e0', 'NaN', '%C2%B2', '2&page=1', '1&page=2'];

const listing: Story = {
  name: 'attempts of a course are listed',
  steps: [
    grouped('coach'),
    exams({ ...Object.fromEntries(many.map((name) => [name, {}])), proctored, hidden: {} }),
    ...['alice', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody', 'inactive'].map((as) => grouped(as, '', 403)),
    ...['alice', 'bob', 'carol'].flatMap((as) => many.map((name) => take(as, name, `${as}.${name}`, start))),
    take('dave', 'proctored', 'daves', { attempt_proctored: 'true' }),
    step('dave PUT ~/attempt/{daves}', 200, { action: 'error' }),
    step('coach PUT ~/attempt/{daves}', 200, { action: 'mark_ready_to_resume', user_id: '{dave.id}' }),
    take('dave', 'proctored', 'davesNext', { attempt_proctored: 'true' }),
    take('erin', 'hidden', 'erins'),
    step('staff PUT ~/exam', 200, { exam_id: '{hidden}', is_active: false }),
    ...['coach', 'staff'].map((as) => grouped(as)),
    ...[...pages, ...noPages].map((page) => grouped('coach', `?page=${page}`)),
    grouped('coach', '?Page=2'),
    { ...grouped('coach'), note: 'the time is over, and no request has read an attempt', wait: 4000 },
    ...[
      'alice',
      'ALICE',
      'dave',
      '{dave%}',
      'erin@',
      '{erin.email%}',
      'example',
      '_',
      '%25',
      'x',
      '@',
      'alice/',
      'a%20b',
    ].map((text) => grouped('coach', `/search/${text}`)),
    ...[
      'sl/ash',
      'sl%2Fash',
      'a%22b',
      '%3Cb%3E',
      '%C3%AB',

      '%5C',
      'a%3Fb',
      'a%23b',
      "-._~!$&'()*+,;=:@",
      'x?page=2',
    ].map((text) => grouped('coach', `/search/${text}`)),
    grouped('coach', '/search/example?page=2'),
    ...['/search/', '/search', '/search/a%0Ab', '/'].map((rest) => grouped('coach', rest, 404)),
    ...['alice', 'otherCoach', 'root', 'nobody'].map((as) => grouped(as, '/search/alice', 403)),
    ...['a+b+c', 'no%20+such+%C3%A9', 'a/b/c'].map((course) => step(`staff GET ${group}/${course}`, 200)),
    ...['alice', 'staff'].map((as) => rawStep(`${as} GET ${group}/{A}`, 400, '{')),
    rawStep(`alice GET ${group}/{A}`, 415, 'x', 'text/plain'),
    ...['alice', 'coach', 'staff'].flatMap((as) => [[], 'x', 5].map((body) => grouped(as, '', 500, body))),
    ...['', null, [], 0].map((course_id) => grouped('coach', '', 200, { course_id })),
    grouped('otherCoach', '', 200, { course_id: '{B}' }),
    grouped('coach', '', 403, { course_id: '{B}' }),
    grouped('coach', '', 403, { course_id: 5 }),
    grouped('coach', '', 200, { exam_id: 'x' }),
  ],
};

const resetting: Story = {
  name: 'all attempts of a learner are removed',
  steps: [
    exams({ timed: {}, proctored, hidden: {} }),
    take('alice', 'timed', 'first', start),
    take('bob', 'timed', 'bobs', start),
    take('dave', 'proctored', 'daves', { attempt_proctored: 'true', ...start }),
    step('dave PUT ~/attempt/{daves}', 200, { action: 'error' }),
    step('coach PUT ~/attempt/{daves}', 200, { action: 'mark_ready_to_resume', user_id: '{dave.id}' }),
    take('dave', 'proctored', 'davesNext', { attempt_proctored: 'true' }),
    ...['alice', 'bob', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody'].map((as) =>
      reset(as, '{timed}', '{alice.id}', 403),
    ),
    ...['alice', 'staff'].map((as) => rawStep(`${as} DELETE ~/exam_id/{timed}/user_id/1/reset_attempts`, 400, '{')),
    rawStep('alice DELETE ~/exam_id/{timed}/user_id/1/reset_attempts', 415, 'x', 'text/plain'),
    ...['alice', 'coach', 'staff'].map((as) => reset(as, '{timed}', '{alice.id}', 500, [])),
    ...['alice', 'coach'].map((as) => reset(as, '999999999', '{alice.id}', 500)),
    ...['999999999', '0', '9223372036854775807'].map((exam) => reset('staff', exam, '{alice.id}', 404)),
    reset('staff', '99999999999999999999', '1', 500),
    reset('coach', '{timed}', '99999999999999999999', 500),
    ...['0', '999999999', '{erin.id}'].map((user) => reset('coach', '{timed}', user, 404)),
    reset('coach', '{proctored}', '{dave.id}', 200),
    reset('coach', '{proctored}', '{dave.id}', 404),
    step('dave GET ~/attempt/{davesNext}', 400),
    grouped('coach'),
    ...['x', '-1', '2.0'].map((user) => reset('coach', '{timed}', user, 404)),
    step('coach DELETE ~/exam_id/{timed}/user_id/{bob.id}/reset_attempts/', 404),
    ...['GET', 'PUT', 'POST', 'PATCH', 'HEAD'].map((method) =>
      step(`coach ${method} ~/exam_id/{timed}/user_id/{bob.id}/reset_attempts`, 405),
    ),
    { ...reset('coach', '0{timed}', '0{alice.id}', 200), note: 'the time is over by then', wait: 2000 },
    reset('otherCoach', '{timed}', '{bob.id}', 200, { course_id: '{B}' }),
  ],
};

export const groupedAttemptStories = [listing, resetting];
