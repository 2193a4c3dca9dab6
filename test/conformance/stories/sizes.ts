import { examFields, exams, type Step, type Story, step } from '../step.js';

const allow = (value: string): Step =>
  step('coach PUT ~/allowance', 200, {
    exam_id: '{small}',
    user_info: '{alice}',
    key: 'additional_time_granted',
    value,
  });

/** The reference accepts these values, and fails later. */
const longTimes: Story = {
  name: 'times longer than anybody lives',
  steps: [
    exams({ small: {}, longest: { time_limit_mins: 5_256_000 } }),
    ...[5_256_001, -5_256_001, 2 ** 31, '9999999999', Number.MAX_SAFE_INTEGER].map((time_limit_mins, index) =>
      step('staff POST ~/exam', 200, examFields(`long${index}`, { time_limit_mins })),
    ),
    step(
      'alice POST ~/attempt',
      200,
      { exam_id: '{longest}', start_clock: 'true' },
      { keep: { first: 'exam_attempt_id' } },
    ),
    step('alice GET ~/attempt/{first}', 200),
    step('alice GET ~/attempt', 200),
    allow('5256000'),
    allow('60'),
    step('coach GET ~/{A}/allowance', 200),
    step('coach GET ~/attempt/grouped/course_id/{A}', 200),
    ...['5256001', String(2 ** 52), '99999999999999999999', '9'.repeat(300)].map(allow),
    ...['1e400', '1001', '1e308'].map((value) =>
      step('coach PUT ~/{A}/bulk_allowance', value === '1001' ? 200 : 500, {
        exam_ids: '{small:text}',
        user_ids: '{alice}',
        allowance_type: 'time_multiplier',
        value,
      }),
    ),
    step('staff PUT ~/exam', 200, { exam_id: '{small}', time_limit_mins: 9_999_999_999 }),
  ],
};

const nothing: Story = {
  name: 'null characters in paths',
  steps: [
    exams({ exam: {} }),
    ...[
      '~/exam/exam_id/{exam}%00',
      '~/exam/course_id/{A}%00',
      '~/exam/course_id/{A}/content_id/x%00',
      '~/attempt/grouped/course_id/{A}%00',
      '~/attempt/grouped/course_id/{A}/search/%00',
      '~/attempt/course_id/{A}?content_id=%00',
      '~/attempt/%00/ready',
      '~/{A}%00/allowance',
      '~~/user_onboarding/status?course_id={A%}%00',
      '~~/user_onboarding/status/course_id/{A}?text_search=%00',
      '~~/instructor/{A}%00',
      '/api/edx_proctoring/proctoring_launch_callback/start_exam/%00',
    ].map((path): Step => ({ as: 'staff', method: 'GET', path })),
  ],
};

export const sizeStories = [longTimes, nothing];
