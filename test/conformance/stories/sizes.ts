import { examFields, exams, type Step, type Story, step } from '../step.js';

const huge = Number.MAX_SAFE_INTEGER;
const sequence = (as: string, exam: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}&is_learning_mfe=true`, 200);
const create = (exam: string, status: number, attempt: string, more: object = {}): Step =>
  step(`alice POST ~/attempt`, status, { exam_id: `{${exam}}`, ...more }, { keep: { [attempt]: 'exam_attempt_id' } });
const started = { start_clock: 'true' };
const allow = (status: number, value: string) =>
  step('coach PUT ~/allowance', status, {
    exam_id: '{small}',
    user_info: '{alice}',
    key: 'additional_time_granted',
    value,
  });

const longTimes: Story = {
  name: 'times longer than anybody lives',
  steps: [
    exams({ small: {} }),
    ...Object.entries({ long: 2 ** 31, huge }).map(([name, time_limit_mins]) =>
      step('staff POST ~/exam', 200, examFields(name, { time_limit_mins }), { keep: { [name]: 'exam_id' } }),
    ),
    step('alice GET ~/exam/course_id/{A}', 200),
    ...['long', 'huge'].map((exam) => sequence('alice', exam)),
    create('huge', 500, 'none', started),
    create('huge', 200, 'unstarted'),
    step('alice PUT ~/attempt/{unstarted}', 500, { action: 'start' }),
    step('alice GET ~/attempt/{unstarted}', 200),
    create('long', 200, 'running', started),
    step('alice GET ~/attempt/{running}', 200),
    step('alice GET ~/attempt', 200),
    allow(200, String(2 ** 52)),
    sequence('alice', 'small'),
    create('small', 500, 'neither', started),
    ...['99999999999999999999', '9'.repeat(300)].map((value) => allow(200, value)),
    step('coach GET ~/{A}/allowance', 200),
    step('coach GET ~/attempt/grouped/course_id/{A}', 200),
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
