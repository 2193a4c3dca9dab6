import { exams, proctored, rawStep, type Story, step } from '../step.js';

const active = (as: string, status: number, body?: unknown) => step(`${as} GET ~/active_exams_for_user`, status, body);
const take = (as: string, exam: string) =>
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, start_clock: 'true' });

const reading: Story = {
  name: "a learner's running exams are listed",
  steps: [
    exams({ timed: {}, other: { time_limit_mins: 90 }, proctored }),
    active('alice', 200, { user_id: '{alice.id}' }),
    take('alice', 'timed'),
    take('alice', 'other'),
    step('coach PUT ~/allowance', 200, {
      exam_id: '{timed}',
      user_info: '{alice}',
      key: 'additional_time_granted',
      value: '5',
    }),
    ...['alice', 'staff', 'bob', 'root', 'reviewer'].map((as) => active(as, 200, { user_id: '{alice.id}' })),
    ...['coach', 'otherCoach', 'bob'].map((as) => active(as, 200, { user_id: '{alice.id}', course_id: '{A}' })),
    active('nobody', 403, { user_id: '{alice.id}' }),
    ...['{alice.id:text}', ' {alice.id}', '0{alice.id}', 0, false, null, 999_999_999, -1].map((user_id) =>
      active('staff', 200, { user_id }),
    ),
    ...['', 'x', '1.5', [], ['{alice.id}'], {}, 1e20].map((user_id) => active('staff', 500, { user_id })),
    ...['{A}', '{B}', null, '', 5, true, [], {}, 'nope'].map((course_id) =>
      active('alice', 200, { user_id: '{alice.id}', course_id }),
    ),
    active('alice', 200),
    ...['alice', 'staff'].map((as) => step(`${as} GET ~/active_exams_for_user?x=1`, 200)),
    rawStep('alice GET ~/active_exams_for_user', 200, 'user_id={alice.id}', 'application/x-www-form-urlencoded'),
    rawStep('alice GET ~/active_exams_for_user', 400, '{'),
    rawStep('alice GET ~/active_exams_for_user', 415, 'x', 'text/plain'),
    ...[[], 'x', 5, null].map((body) => active('alice', 500, body)),
    { ...active('alice', 200, { user_id: '{alice.id}' }), wait: 4000, note: 'the time of one is over' },
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => step(`alice ${method} ~/active_exams_for_user`, 405)),
    step('alice GET ~/active_exams_for_user/', 404),
  ],
};

export const activeExamStories = [reading];
