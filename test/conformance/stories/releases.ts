import { exams, practice, proctored, type Step, type Story, step } from '../step.js';
import { look } from './combinations.js';

const watched = { ...proctored, backend: 'rest', external_id: null };
const create = (as: string, attempt: string): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: '{watched}', attempt_proctored: 'true' },
    { keep: { [attempt]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${attempt}}`, 200, undefined, { keep: { [`${attempt}.external`]: 'external_id' } }),
];
const remove = (attempt: string, status: number, answer?: [status: number, body: unknown]): Step =>
  step(`coach DELETE ~/attempt/{${attempt}}`, status, undefined, {
    ...(answer && { providerAnswer: { route: 'attempt', status: answer[0], body: answer[1], times: 1 } }),
  });
const removeAll = (status: number, more: Partial<Step> = {}) =>
  step('coach DELETE ~/exam_id/{watched}/user_id/{dave.id}/reset_attempts', status, undefined, more);
const attempts = step('coach GET ~/attempt/grouped/course_id/{A}', 200);

const usualTimeLimit = { backends: { rest: { timeout: 30 } } };

const confirmed: Story = {
  name: 'the provider confirms that an attempt is removed',
  release: '6.1',
  steps: [
    exams({ watched }),
    ...create('alice', 'first'),
    remove('first', 502, [500, {}]),
    remove('first', 502, [403, {}]),
    remove('first', 502, [200, { status: 'pending' }]),
    remove('first', 502, [200, ['deleted']]),
    step('alice GET ~/attempt/{first}', 200),
    attempts,
    {
      ...remove('first', 502),
      settings: { backends: { rest: { timeout: 1 } } },
      providerAnswer: { route: 'attempt', status: 200, body: { status: 'deleted' }, times: 1, delay: 3 },
    },
    { ...attempts, settings: usualTimeLimit },
    ...create('dave', 'failed'),
    step('dave PUT ~/attempt/{failed}', 200, { action: 'error' }),
    step('coach PUT ~/attempt/{failed}', 200, { action: 'mark_ready_to_resume', user_id: '{dave.id}' }),
    ...create('dave', 'resumed'),
    removeAll(502, {
      providerAnswer: { route: 'attempt', status: 500, body: {}, times: 1, path: '{resumed.external}' },
    }),
    attempts,
    removeAll(200),
    attempts,
    remove('first', 200, [404, { detail: 'unknown' }]),
    attempts,
    ...create('bob', 'second'),
    remove('second', 502, [200, {}]),
  ],
};

const slow: Story = {
  name: 'a provider takes longer than its time limit',
  steps: [
    exams({ watched }),
    ...create('carol', 'first'),
    {
      ...step('root POST ~~/retire_backend_user/{carol.id}/', { '4.16': 200, '6.1': 500 }, {}),
      settings: { backends: { rest: { timeout: 1 } } },
      providerAnswer: { route: 'user', status: 200, body: true, times: 1, delay: 3 },
    },
    {
      ...step('alice POST ~/attempt', { '4.16': 200, '6.1': 500 }, { exam_id: '{watched}', attempt_proctored: 'true' }),
      providerAnswer: { route: 'create_attempt', status: 200, body: { id: 'late' }, times: 1, delay: 3 },
    },
    { ...step('carol GET ~/attempt/{first}', 200), settings: usualTimeLimit },
  ],
};

const reviewed = (status: string) =>
  step('staff POST ~/attempt/{old.external}/reviewed', 200, { status, comments: [] });

const reset: Story = {
  name: 'a review comes after the learner has begun onboarding anew',
  steps: [
    exams({ watched: { ...practice } }),
    ...create('alice', 'old'),
    ...['start', 'submit'].map((action) => step('alice PUT ~/attempt/{old}', 200, { action })),
    reviewed('suspicious'),
    step('alice PUT ~/attempt/{old}', 200, { action: 'reset_attempt' }, { keep: { new: 'exam_attempt_id' } }),
    ...['passed', 'suspicious', 'not_reviewed'].flatMap((status) => [
      reviewed(status),
      ...['old', 'new'].map((attempt) => step(`alice GET ~/attempt/{${attempt}}`, 200)),
    ]),
  ],
};

const gone = { '4.16': 500, '6.1': 404 };
const givenUp = { '4.16': 500, '6.1': 200 };

/** It comes last, because the provider is not configured any more afterwards. */
const withoutProvider: Story = {
  name: 'the provider of an exam is not configured any more',
  steps: [
    exams({
      watched: { ...watched, backend: 'mock' },
      onboarding: { ...practice, backend: 'mock', external_id: null },
    }),
    {
      ...step('alice GET ~~/user_onboarding/status?course_id={A%}', gone),
      settings: { backends: { mock: null } },
    },
    step('coach GET ~~/user_onboarding/status/course_id/{A}', gone),
    look('alice', 'watched'),
    step('alice POST ~/attempt', 500, { exam_id: '{watched}', attempt_proctored: 'true' }),
    step('staff PUT ~/exam', givenUp, { exam_id: '{watched}', is_proctored: false }),
    step('staff PATCH ~/exam_registration/course_id/{A}', givenUp, []),
    step('alice GET ~/exam/course_id/{A}', 200),
  ],
};

export const releaseStories = [confirmed, slow, reset, withoutProvider];
