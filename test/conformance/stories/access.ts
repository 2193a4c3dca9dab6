import { exams, proctored, rawStep, type Story, step } from '../step.js';

const take = (as: string, exam: string, keep: string, more: object = {}) =>
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, ...more }, { keep: { [keep]: 'exam_attempt_id' } });
const sequence = (as: string, query: string, status = 200, course = '{A}') =>
  step(`${as} GET ~/attempt/course_id/${course}?${query}`, status);
const timed = 'content_id={A:block%}timed';

const deleting: Story = {
  name: 'an attempt is deleted',
  steps: [
    exams({ timed: {}, proctored }),
    take('alice', 'timed', 'first', { start_clock: 'true' }),
    take('bob', 'timed', 'bobs', { start_clock: 'true' }),
    ...['alice', 'bob', 'otherCoach', 'root', 'nobody'].map((as) => step(`${as} DELETE ~/attempt/{first}`, 403)),
    rawStep('bob DELETE ~/attempt/{first}', 400, '{'),
    rawStep('bob DELETE ~/attempt/{first}', 415, 'x', 'text/plain'),
    ...[[], 'x', 5].map((body) => step('staff DELETE ~/attempt/999999999', 500, body)),
    step('staff DELETE ~/attempt/999999999', 400),
    ...['coach', 'alice'].map((as) => step(`${as} DELETE ~/attempt/999999999`, 500)),
    step('coach DELETE ~/attempt/{first}', 200),
    step('staff DELETE ~/attempt/{first}', 400),
    step('alice GET ~/attempt/{first}', 400),
    step('alice PUT ~/attempt/{first}', 400, { action: 'submit' }),
    step('alice GET ~/attempt', 200),
    sequence('alice', timed),
    take('alice', 'timed', 'again', { start_clock: 'true' }),
    step('alice GET ~/attempt', 200),
    take('carol', 'proctored', 'carols', { attempt_proctored: 'true' }),
    step('staff DELETE ~/attempt/{carols}', 200),
    take('carol', 'proctored', 'carolsNext'),
    step('carol GET ~/attempt/{carolsNext}', 200),
    step('coach DELETE ~/attempt/{bobs}', 403, { course_id: '{B}' }, { note: 'another course in the body' }),
  ],
};

const sequences: Story = {
  name: 'the learning front end requests an exam',
  steps: [
    exams({
      timed: {},
      proctored,
      hidden: { is_active: false },
      odd: { is_practice_exam: true },
      plain: { content_id: 'plain' },
    }),
    ...['', 'content_id=', 'content_id=unknown', 'content_id={A:block}timed', timed, `content_id=x&${timed}`].map(
      (query) => sequence('alice', query),
    ),
    ...['proctored', 'hidden', 'odd'].map((name) => sequence('alice', `content_id={A:block%}${name}`)),
    sequence('alice', timed, 200, '{B}'),
    sequence('nobody', timed, 403),
    ...['{alice.id}', 'x', '0'].flatMap((id) =>
      ['alice', 'coach'].map((as) => sequence(as, `${timed}&user_id=${id}`, 403)),
    ),
    ...['{alice.id}', '', '%20{alice.id}'].map((id) => sequence('staff', `${timed}&user_id=${id}`)),
    ...['x', '1.5', '999999999', '0', '-1', '99999999999999999999'].map((id) =>
      sequence('staff', `${timed}&user_id=${id}`, 500),
    ),
    sequence('alice', `${timed}&user_id=`),
    take('alice', 'timed', 'first', { start_clock: 'true' }),
    ...['true', '1', 'True', 'TRUE', 'yes', 'false', ''].map((mfe) =>
      sequence('alice', `${timed}&is_learning_mfe=${mfe}`),
    ),
    sequence('alice', 'content_id=x', 200, 'a+b+c'),
    sequence('staff', `content_id={A:block%}proctored&user_id={alice.id}`),
    ...['abc', 'a+b', '{A}/'].map((course) => sequence('alice', timed, 404, course)),
    ...['', 'xyz', '/', '/a/b?user_id='].map((rest) => step(`alice GET ~/active_attempt${rest}`, 200)),
    ...['{alice.id}', '999999999', '0', ''].map((id) => step(`staff GET ~/active_attempt?user_id=${id}`, 200)),
    ...['x', '1.5'].map((id) => step(`staff GET ~/active_attempt?user_id=${id}`, 500)),
    ...['x', '{alice.id}'].map((id) => step(`alice GET ~/active_attempt?user_id=${id}`, 403)),
    step('nobody GET ~/active_attempt', 403),
    step('nobody GET ~/attempt', 403),
    take('bob', 'plain', 'bobs', { start_clock: 'true' }),
    step('bob GET ~/attempt', 200),
    step('bob GET ~/active_attempt', 500, undefined, { note: 'no link without a usage key' }),
    sequence('bob', 'content_id=plain'),
    ...['POST', 'PUT', 'DELETE'].flatMap((method) =>
      ['attempt/course_id/{A}', 'active_attempt'].map((path) => step(`alice ${method} ~/${path}`, 405)),
    ),
  ],
};

const credit = (name: string, order: number, more: object = {}) => ({
  course_id: '{A}',
  namespace: 'proctored_exam',
  name: `{A:block}${name}`,
  display_name: name,
  order,
  ...more,
});
const prerequisites: Story = {
  name: 'a credit course has prerequisites',
  steps: [
    exams({ first: proctored, second: proctored, third: proctored, timed: {} }),
    {
      ...step('alice GET ~/attempt/course_id/{A}?content_id={A:block%}second', 200),
      roster: {
        credit_requirements: [
          credit('first', 1, { statuses: {} }),
          { course_id: '{A}', namespace: 'grade', name: 'grade', order: 2, statuses: { '{alice}': 'failed' } },
          {
            course_id: '{A}',
            namespace: 'reverification',
            name: 'icrv',
            display_name: 'ICRV',
            order: 3,
            statuses: { '{alice}': 'satisfied', '{bob}': 'failed', '{carol}': 'declined' },
          },
          credit('second', 4),
        ],
      },
    },
    ...['alice', 'bob', 'carol', 'erin', 'staff'].flatMap((as) =>
      ['first', 'second', 'third', 'timed'].map((name) =>
        sequence(as, `content_id={A:block%}${name}&is_learning_mfe=true`),
      ),
    ),
  ],
};

const malformed = [
  '{',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,}',
  '[',
  '[1,]',
  '"abc',
  'nope',
  "{'a':1}",
  '{"a":1}x',
  '01',
  '1.',
  'NaN',
  '{"a":NaN}',
  '"\t"',
  '"\\x"',
  ' ',
  '\n',
];
const http: Story = {
  name: 'requests have odd forms',
  steps: [
    exams({ timed: {} }),
    ...malformed.map((text) => rawStep('staff POST ~/exam', 400, text)),
    rawStep('staff POST ~/exam', 400, '\ufeff{}'),
    ...['text/plain', 'application/xml', 'text/json', 'application/vnd.api+json', 'garbage'].map((type) =>
      rawStep('staff POST ~/exam', 415, '{}', type),
    ),
    rawStep('staff POST ~/exam', 400, '', 'text/plain'),
    rawStep('staff POST ~/exam', 400, '{}', 'application/json; charset=utf-8'),
    rawStep('staff POST ~/exam', 400, '{"time_limit_mins":1e999,"is_active":1,"is_active":2}', 'APPLICATION/JSON'),
    rawStep('staff POST ~/exam', 400, 'a=1', 'application/x-www-form-urlencoded'),
    rawStep('alice POST ~/exam', 403, 'x', 'text/plain'),
    ...['text/html', 'application/xml', 'text/plain', ''].map((Accept) =>
      step('alice GET ~/exam/exam_id/{timed}', 406, undefined, { headers: { Accept } }),
    ),
    ...['*/*', 'application/*', 'application/json; charset=utf-8', 'text/html, application/json;q=0.5'].map((Accept) =>
      step('alice GET ~/exam/exam_id/{timed}', 200, undefined, { headers: { Accept } }),
    ),
    step('nobody GET ~/exam/exam_id/{timed}', 406, undefined, { headers: { Accept: 'text/html' } }),
    ...['exam/exam_id/{timed}', 'attempt', 'attempt/course_id/{A}', 'active_attempt'].flatMap((path) => [
      rawStep(`alice GET ~/${path}`, 200, '{'),
      rawStep(`alice GET ~/${path}`, 200, 'x', 'text/plain'),
      step(`alice HEAD ~/${path}`, 200),
      step(`nobody HEAD ~/${path}`, 403),
    ]),
    step('staff HEAD ~/exam_registration/course_id/{A}', 405),
    ...['DELETE', 'PATCH'].flatMap((method) =>
      ['exam', 'exam/exam_id/{timed}', 'exam/course_id/{A}'].map((path) => step(`staff ${method} ~/${path}`, 405)),
    ),
    step('alice DELETE ~/exam', 405),
    step('nobody DELETE ~/exam', 403),
    ...[
      '/nothing',
      '/',
      '/api/edx_proctoring/v1/nothing',
      '~',
      '~/',
      '~/exam/',
      '~/EXAM',
      '~//exam',
      '~/exam/exam_id/',
      '~/exam/exam_id/abc',
      '~/exam/exam_id/-1',
      '~/exam/exam_id/1.0',
      '~/exam/exam_id/%D9%A3',
      '~/attempt/',
      '~/xactive_attempt',
    ].map((path) => step(`alice GET ${path}`, 404)),
    step('nobody GET /nothing', 404),
    step('nobody POST ~/exam/', 404, {}),
  ],
};

export const accessStories = [deleting, sequences, prerequisites, http];
