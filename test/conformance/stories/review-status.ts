import { exams, proctored, rawStep, type Story, step } from '../step.js';

const acknowledge = (as: string, attempt: string, status: number) =>
  step(`${as} PUT ~/attempt/${attempt}/review_status`, status);
const beginning = [
  exams({ exam: proctored, timed: {} }),
  step(
    'alice POST ~/attempt',
    200,
    { exam_id: '{exam}', attempt_proctored: 'true', start_clock: 'true' },
    { keep: { first: 'exam_attempt_id' } },
  ),
];
const everybody = ['alice', 'bob', 'coach', 'staff', 'root'];

const off: Story = {
  name: 'a result cannot be acknowledged',
  steps: [
    ...beginning,
    ...everybody.flatMap((as) => ['{first}', '999999999', '0'].map((id) => acknowledge(as, id, 404))),
    acknowledge('nobody', '{first}', 403),
    ...['{first}/x', '-1', 'x', '99999999999999999999'].map((id) => acknowledge('alice', id, 404)),
    step('alice PUT ~/attempt/{first}/review_status/', 404),
    ...['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'].map((method) =>
      step(`alice ${method} ~/attempt/{first}/review_status`, 405),
    ),
  ],
};

const acknowledging: Story = {
  name: 'a result is acknowledged',
  steps: [
    ...beginning,
    step('alice GET ~/attempt/{first}', 200, undefined, {
      settings: { settings: { PROCTORED_EXAM_VIEWABLE_PAST_DUE: true } },
    }),
    ...everybody.slice(1).map((as) => acknowledge(as, '{first}', 403)),
    acknowledge('nobody', '{first}', 403),
    ...['999999999', '0', '00'].map((id) => acknowledge('alice', id, 400)),
    acknowledge('alice', '99999999999999999999', 500),
    rawStep('alice PUT ~/attempt/{first}/review_status', 200, '{'),
    step('alice GET ~/attempt/{first}', 200),
    acknowledge('alice', '0{first}', 200),
    { ...acknowledge('alice', '{first}', 200), wait: 4000 },
    step('alice GET ~/attempt/{first}', 200),
    step('alice GET ~/attempt/{first}', 200, undefined, {
      settings: { settings: { PROCTORED_EXAM_VIEWABLE_PAST_DUE: false } },
    }),
  ],
};

export const reviewStatusStories = [off, acknowledging];
