import { exams, practice, proctored, rawStep, type Story, step } from '../step.js';

const some = {
  exam_ids: '{timed}, {other}',
  user_ids: '{alice}, {bob.email}',
  allowance_type: 'additional_time_granted',
  value: '7',
};
const bulk = (as: string, status: number, more: object = {}) =>
  step(`${as} PUT ~/bulk_allowance`, status, { course_id: '{A}', ...some, ...more });
const inPath = (as: string, status: number, more: object = {}) =>
  step(`${as} PUT ~/{A}/bulk_allowance`, status, { ...some, ...more });
const multiplied = (status: number, value: unknown) =>
  bulk('coach', status, { allowance_type: 'time_multiplier', value });
const list = (as: string, status = 200, body?: unknown) => step(`${as} GET ~/{A}/allowance`, status, body);
const byLearner = (as: string, status = 200, body?: unknown) => step(`${as} GET ~/{A}/grouped/allowance`, status, body);

const listing: Story = {
  name: 'allowances of a course are listed',
  steps: [
    exams({ timed: {}, other: proctored, hidden: {} }),
    ...[list, byLearner].flatMap((ask) => [
      ask('coach'),
      ...['alice', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody'].map((as) => ask(as, 403)),
    ]),
    bulk('coach', 200),
    bulk('coach', 200, {
      exam_ids: '{other:text}',
      user_ids: '{carol}',
      allowance_type: 'review_policy_exception',
      value: 'x',
    }),
    bulk('coach', 200, { exam_ids: '{timed:text}', user_ids: '{carol},{alice}', value: '9' }),
    bulk('coach', 200, { exam_ids: '{hidden:text}', user_ids: '{dave}' }),
    step('staff PUT ~/exam', 200, { exam_id: '{hidden}', is_active: false }),
    ...[list, byLearner].flatMap((ask) => [
      ...['coach', 'staff'].map((as) => ask(as)),
      ask('otherCoach', 200, { course_id: '{B}' }),
      ask('coach', 403, { course_id: '{B}' }),
      ask('coach', 403, { course_id: 5 }),
      ...['', null].map((course_id) => ask('coach', 200, { course_id })),
      ask('coach', 200, { exam_id: 999_999_999 }),
      ...['alice', 'coach', 'staff'].map((as) => ask(as, 500, [])),
    ]),
    ...['allowance', 'grouped/allowance'].flatMap((path) => [
      rawStep(`alice GET ~/{A}/${path}`, 400, '{'),
      rawStep(`coach GET ~/{A}/${path}`, 415, 'x', 'text/plain'),
      step(`coach POST ~/{A}/${path}`, 405),
      step(`coach PATCH ~/{A}/${path}`, 405),
      step(`coach GET ~/{A}/${path}/`, 404),
      step(`staff GET ~/a/b/c/${path}`, 200),
    ]),
    ...['PUT', 'DELETE'].flatMap((method) => [
      ...['coach', 'staff'].map((as) => step(`${as} ${method} ~/{A}/allowance`, 500, {})),
      ...['alice', 'nobody'].map((as) => step(`${as} ${method} ~/{A}/allowance`, 403, {})),
      rawStep(`coach ${method} ~/{A}/allowance`, 400, '{'),
      step(`coach ${method} ~/{A}/grouped/allowance`, 405),
    ]),
  ],
};

const granting: Story = {
  name: 'more time is granted to many',
  steps: [
    exams({ timed: {}, other: { ...proctored, time_limit_mins: 45 }, short: { ...practice, time_limit_mins: 5 } }),
    ...['alice', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody'].flatMap((as) => [
      bulk(as, 403),
      inPath(as, 403),
    ]),
    ...['coach', 'staff'].flatMap((as) => [bulk(as, 200), inPath(as, 200)]),
    list('coach'),
    ...['0', '007'].map((value) => bulk('coach', 200, { value })),
    ...['-5', 'ten', '', ' 5', '5 ', '1.5', '+5', '1_0'].map((value) => bulk('coach', 400, { value })),
    ...[10, 0, null, true, 1.5, [], {}, undefined].map((value) => bulk('coach', 500, { value })),
    bulk('coach', 400, { allowance_type: 'Additional Time (minutes)', value: 'ten' }),
    ...['1', '1.5', '1.05', '1.25', '1.15', ' 1.5 ', '1e1', '1_0', '\u0662', 1, 1.7, true, '1e2'].flatMap((value) => [
      multiplied(200, value),
      list('coach'),
    ]),
    ...['0.5', 'abc', '', '0x2', '1,5', '-inf', 0.5, false].map((value) => multiplied(400, value)),
    ...['nan', 'inf', 'Infinity', '1e400', null, [], {}].map((value) => multiplied(500, value)),
    bulk('coach', 200, { exam_ids: '{short:text}', allowance_type: 'time_multiplier', value: '1.3' }),
    list('coach'),
    ...['', 'whatever', 'Time Multiplier', ' time_multiplier', 5, true, []].map((allowance_type) =>
      bulk('coach', 200, { user_ids: '{carol}', allowance_type, value: 'y' }),
    ),
    byLearner('coach'),
    ...[null, undefined].flatMap((nothing) => [
      bulk('coach', 500, { allowance_type: nothing }),
      bulk('coach', 500, { allowance_type: 'x', value: nothing }),
    ]),
    bulk('coach', 200, { exam_ids: ' {timed} ,,{timed}, ', user_ids: '{alice},{alice},{alice.email}' }),
    bulk('coach', 207, { exam_ids: '{timed},999999999', user_ids: '{alice}' }),
    bulk('coach', 207, { user_ids: '{alice},nobody,{alice.id}' }),
    bulk('coach', 207, { exam_ids: '0{timed}, 0, -1', user_ids: '{alice}' }),
    ...['nobody', '', ' , ', '{alice.id}'].map((user_ids) => bulk('coach', 400, { user_ids: `x${user_ids}` })),
    ...['', ' ', ',', '999999999', '0', '-1'].map((exam_ids) => bulk('coach', 400, { exam_ids })),
    bulk('coach', 400, { user_ids: undefined }),
    bulk('coach', 400, { exam_ids: undefined }),
    ...['x', '1.0', '1;2', '99999999999999999999'].flatMap((exam_ids) => [
      bulk('coach', 500, { exam_ids }),
      bulk('coach', 400, { exam_ids, value: '-1' }),
    ]),
    ...[5, null, ['{timed}'], {}, true].flatMap((value) => [
      bulk('coach', 500, { exam_ids: value }),
      bulk('coach', 500, { user_ids: value }),
      bulk('staff', 500, { exam_ids: value, value: '-1' }),
    ]),
    step('staff PUT ~/exam', 200, { exam_id: '{short}', is_active: false }),
    bulk('coach', 400, { exam_ids: '{short:text}' }),
    bulk('coach', 207, { exam_ids: '{short},{timed}' }),
    rawStep(
      'coach PUT ~/{A}/bulk_allowance',
      200,
      'exam_ids={timed}&user_ids={bob}&allowance_type=additional_time_granted&value=3',
      'application/x-www-form-urlencoded',
    ),
    list('coach'),
    ...['~/bulk_allowance', '~/{A}/bulk_allowance'].flatMap((path) => [
      ...['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'].map((method) => step(`coach ${method} ${path}`, 405)),
      rawStep(`alice PUT ${path}`, 400, '{'),
      rawStep(`coach PUT ${path}`, 415, 'x', 'text/plain'),
      ...[[], 'x', 5].flatMap((body) => ['alice', 'staff'].map((as) => step(`${as} PUT ${path}`, 500, body))),
    ]),
    ...['', null, undefined].map((course_id) => bulk('staff', 200, { course_id })),
    ...['alice', 'coach'].map((as) => step(`${as} PUT ~/bulk_allowance`, 403, {})),
    bulk('coach', 403, { course_id: '{B}' }),
    inPath('coach', 403, { course_id: '{B}' }),
    bulk('otherCoach', 200, { course_id: '{B}' }),
    bulk('coach', 403, { course_id: 5 }),
    multiplied(200, '1e15'),
  ],
};

export const bulkAllowanceStories = [listing, granting];
