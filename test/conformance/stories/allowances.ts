import { exams, proctored, rawStep, type Story, step } from '../step.js';

const allowance = { exam_id: '{timed}', user_info: '{carol}', key: 'additional_time_granted', value: '15' };
const put = (as: string, status: number, more: object = {}) =>
  step(`${as} PUT ~/allowance`, status, { ...allowance, ...more });
const remove = (as: string, status: number, more: object = {}) =>
  step(`${as} DELETE ~/allowance`, status, {
    exam_id: '{timed}',
    user_id: '{carol.id}',
    key: 'additional_time_granted',
    ...more,
  });
const totalTime = (as: string) => step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}timed`, 200);
const take = (as: string, keep: string) =>
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: '{timed}', start_clock: 'true' },
    { keep: { [keep]: 'exam_attempt_id' } },
  );

const granting: Story = {
  name: 'more time is granted',
  steps: [
    exams({ timed: {}, other: proctored, hidden: { is_active: false } }),
    ...['alice', 'otherCoach', 'root', 'nobody'].map((as) => put(as, 403)),
    totalTime('carol'),
    put('coach', 200),
    totalTime('carol'),
    put('coach', 200, { user_info: '{carol.email}', value: '20' }),
    totalTime('carol'),
    put('staff', 200, { user_info: '{dave.id}', value: '007' }),
    totalTime('dave'),
    put('coach', 200, { user_info: '{alice}', value: '0', exam_id: '{timed:text}' }),
    put('coach', 200, {
      exam_id: '{other}',
      user_info: '{erin}',
      key: 'review_policy_exception',
      value: 'May use a ruler',
    }),
    ...['any', 'time_multiplier', ''].map((key) => put('coach', 200, { key, value: 'x' })),
    take('carol', 'carols'),
    step('carol GET ~/attempt/{carols}', 200),
    put('coach', 200, { value: '60' }),
    step('carol GET ~/attempt/{carols}', 200, undefined, { note: 'a running attempt keeps its time', wait: 49 * 60 }),
    step('carol GET ~/attempt', 200, undefined, { wait: 120 }),
    take('dave', 'daves'),
    step('dave GET ~/attempt/{daves}', 200),
    remove('alice', 403),
    remove('coach', 200),
    remove('coach', 200),
    totalTime('carol'),
    remove('coach', 200, { user_id: '{dave.id:text}' }),
    put('coach', 200, { user_info: '{erin}', value: '15' }),
    totalTime('erin'),
    remove('staff', 200, { user_id: '{erin.id}' }),
    totalTime('erin'),
    remove('coach', 200, { exam_id: '{hidden}' }),
    remove('staff', 200, { exam_id: 999_999_999 }),
    remove('staff', 200, { user_id: 999_999_999 }),
    rawStep(
      'coach PUT ~/allowance',
      200,
      'exam_id={timed}&user_info={bob}&key=additional_time_granted&value=3',
      'application/x-www-form-urlencoded',
    ),
    totalTime('bob'),
    put('coach', 403, { course_id: '{B}' }),
    put('coach', 200, { user_info: '{otherCoach}' }),
  ],
};

const odd: Story = {
  name: 'more time is granted with odd values',
  steps: [
    exams({ timed: {}, hidden: { is_active: false } }),
    ...['-5', 'ten', '', ' 5', '5 ', '1.5', '+5', '1_0'].map((value) => put('coach', 400, { value })),
    put('coach', 400, { key: 'Additional Time (minutes)', value: 'ten' }),
    ...[10, null, true, 1.5, [], {}, undefined].map((value) => put('coach', 500, { value })),
    ...['nobody', '', '3', 1.5, [], {}, { a: ['b'] }, null, undefined, ' {carol}', '{carol} '].map((user_info) =>
      put('coach', 400, { user_info }),
    ),
    ...[999_999_999, -1, 0, 1e20].map((user_info) => put('coach', 500, { user_info })),
    ...[null, undefined].map((key) => put('coach', 500, { key })),
    put('coach', 500, { key: 'review_policy_exception', value: null }),
    ...[5, true, [], 1.5].map((value) => put('coach', 200, { key: 'review_policy_exception', value })),
    put('coach', 400, { exam_id: '{hidden}' }),
    put('coach', 400, { exam_id: '{hidden}', value: 'x' }),
    put('coach', 400, { exam_id: '{hidden}', user_info: 'nobody' }),
    ...['coach', 'alice'].flatMap((as) => [
      ...[undefined, null, 0, '', false, [], {}].map((exam_id) => put(as, 403, { exam_id })),
      ...[999_999_999, 'x', '1.5', -1, 1e20].map((exam_id) => put(as, 500, { exam_id })),
    ]),
    ...[undefined, null, 0, '', 'x', [], 999_999_999, -1].map((exam_id) => put('staff', 500, { exam_id })),
    put('staff', 400, { exam_id: 999_999_999, user_info: 'nobody' }),
    put('staff', 400, { exam_id: 999_999_999, value: 'x' }),
    ...['abc', 5].map((course_id) => put('bob', 403, { course_id })),
    put('coach', 500, { course_id: '{A}', exam_id: 999_999_999 }),
    put('bob', 403, { course_id: '{A}' }),
    ...['alice', 'coach'].map((as) => rawStep(`${as} PUT ~/allowance`, 400, '{')),
    rawStep('alice PUT ~/allowance', 415, 'x', 'text/plain'),
    step('coach PUT ~/allowance', 403),
    step('staff PUT ~/allowance', 400),
    ...[[], 'x', 5, null].flatMap((body) => ['coach', 'staff'].map((as) => step(`${as} PUT ~/allowance`, 500, body))),
    ...['', 'x', [], {}, 1e20].map((user_id) => remove('coach', 500, { user_id })),
    ...['x', '1.5', 1e20].map((exam_id) => remove('staff', 500, { exam_id })),
    remove('coach', 500, { exam_id: 999_999_999 }),
    ...['', null, 5, [], 'x'].map((key) => remove('coach', 200, { key })),
    step('staff DELETE ~/allowance', 200),
    step('coach DELETE ~/allowance', 403),
    step('coach DELETE ~/allowance', 200, { course_id: '{A}' }),
    step('coach GET ~/allowance', 403),
    step('staff GET ~/allowance', 500),
    ...['POST', 'PATCH'].map((method) => step(`coach ${method} ~/allowance`, 405)),
    totalTime('carol'),
  ],
};

export const allowanceStories = [granting, odd];
