import { exams, proctored, rawStep, type Step, type Story, step } from '../step.js';

const at = (as: string, place: 'retire_user' | 'retire_backend_user', id: string, status: number): Step =>
  step(`${as} POST ~~/${place}/${id}/`, status, {});
const places = ['retire_user', 'retire_backend_user'] as const;

const retiring: Story = {
  name: 'a learner is retired',
  steps: [
    exams({ timed: {}, exam: proctored }),
    ...places.flatMap((place) => [
      ...['alice', 'coach', 'staff', 'reviewer', 'nobody', 'inactive'].map((as) => at(as, place, '{alice.id}', 403)),
      ...['x', '-2', '2.0', '1_0', '%C2%B2', ''].map((id) => at('worker', place, id, 404)),
      step(`worker POST ~~/${place}/{alice.id}`, 404),
      ...['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'].map((method) =>
        step(`worker ${method} ~~/${place}/{alice.id}/`, 405),
      ),
    ]),
    ...['999999999', '0', '9223372036854775807', '{alice.id}'].map((id) =>
      at('worker', 'retire_backend_user', id, 200),
    ),
    at('worker', 'retire_backend_user', '99999999999999999999', 500),
    step('alice POST ~/attempt', 200, { exam_id: '{timed}', start_clock: 'true' }),
    at('root', 'retire_backend_user', '{alice.id}', 200),
    step('alice POST ~/attempt', 200, { exam_id: '{exam}', attempt_proctored: 'true' }),
    rawStep('worker POST ~~/retire_backend_user/0{alice.id}/', 200, '{'),
    rawStep('root POST ~~/retire_backend_user/{alice.id}/', 200, 'x', 'text/plain'),
    step('staff PUT ~/exam', 200, { exam_id: '{exam}', is_proctored: false }),
    at('worker', 'retire_backend_user', '{alice.id}', 200),
    ...['alice', 'bob'].map((name) =>
      step('coach PUT ~/{A}/bulk_allowance', 200, {
        exam_ids: '{timed},{exam}',
        user_ids: `{${name}}`,
        allowance_type: name === 'bob' ? 'review_policy_exception' : 'additional_time_granted',
        value: '5',
      }),
    ),
    ...['999999999', '0'].map((id) => at('worker', 'retire_user', id, 204)),
    rawStep('worker POST ~~/retire_user/{alice.id}/', 204, '{'),
    step('coach GET ~/{A}/allowance', 200),
    step('coach GET ~/{A}/grouped/allowance', 200),
    at('root', 'retire_user', '{alice.id}', 204),
    step('coach GET ~/attempt/grouped/course_id/{A}', 200),
    ...['~/attempt', '~/exam/exam_id/{timed}'].map((path) => step(`alice GET ${path}`, 200)),
    ...['{alice}', '{alice.email}'].map((user_info) =>
      step('coach PUT ~/allowance', 200, { exam_id: '{timed}', user_info, key: 'note', value: 'x' }),
    ),
  ],
};

export const retirementStories = [retiring];
