import { commandStep, exams, practice, proctored, reviewsOfNobodyStep, type Step, type Story, step } from '../step.js';

const take = (as: string, exam: string, attempt: string): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored: 'true', start_clock: 'true' },
    { keep: { [attempt]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${attempt}}`, 200, undefined, { keep: { [`${attempt}.external`]: 'external_id' } }),
];
const act = (as: string, attempt: string, action: string) => step(`${as} PUT ~/attempt/{${attempt}}`, 200, { action });
const review = (attempt: string, status: string) =>
  step(`staff POST ~/attempt/{${attempt}.external}/reviewed`, 200, { status });
const read = (as: string, attempt: string) => step(`${as} GET ~/attempt/{${attempt}}`, 200);
const grouped = step('coach GET ~/attempt/grouped/course_id/{A}', 200);

const setStatus = (attempt: string, to: string, status = 200) =>
  commandStep(`set-attempt-status --attempt {${attempt}:text} --to ${to}`, status, [
    'set_attempt_status',
    { attempt_id: `{${attempt}}`, to_status: to },
  ]);
const updateExam = (exam: string) =>
  commandStep(`update-attempts-for-exam --exam {${exam}:text}`, 200, [
    'update_attempts_for_exam',
    { exam_id: `{${exam}}` },
  ]);

const correcting: Story = {
  name: 'an operator corrects a status',
  steps: [
    exams({ exam: proctored, other: proctored, onboarding: practice }),
    ...take('alice', 'exam', 'first'),
    ...['submitted', 'verified', 'rejected', 'submitted', 'second_review_required', 'error'].flatMap((to) => [
      setStatus('first', to),
      read('alice', 'first'),
    ]),
    setStatus('first', 'started', 400),
    ...['expired', 'onboarding_reset', 'nonsense'].map((to) => setStatus('first', to, 400)),
    read('alice', 'first'),
    ...take('bob', 'exam', 'second'),
    setStatus('second', 'ready_to_start'),
    read('bob', 'second'),
    ...take('carol', 'other', 'third'),
    ...take('carol', 'exam', 'fourth'),
    setStatus('third', 'declined'),
    read('carol', 'third'),
    read('carol', 'fourth'),
    ...take('dave', 'onboarding', 'practised'),
    setStatus('practised', 'rejected'),
    setStatus('practised', 'verified'),
    read('dave', 'practised'),
    ...take('erin', 'other', 'fifth'),
    setStatus('fifth', 'timed_out'),
    read('erin', 'fifth'),
    grouped,
    commandStep('set-attempt-status --attempt 999999999 --to verified', 400, [
      'set_attempt_status',
      { attempt_id: 999999999, to_status: 'verified' },
    ]),
  ],
};

const repeating: Story = {
  name: 'an operator sets all attempts at an exam to their status again',
  steps: [
    exams({ exam: proctored, other: proctored }),
    ...['alice', 'bob', 'carol', 'dave'].flatMap((as) => take(as, 'exam', `${as}s`)),
    ...take('alice', 'other', 'elsewhere'),
    act('alice', 'alices', 'submit'),
    act('bob', 'bobs', 'submit'),
    review('bobs', 'passed'),
    act('carol', 'carols', 'error'),
    { ...updateExam('exam'), wait: 60 },
    ...['alice', 'bob', 'carol', 'dave'].map((as) => read(as, `${as}s`)),
    read('alice', 'elsewhere'),
    grouped,
  ],
};

/** The arguments are seconds from now. */
const judgeAgain = (from: string, until: string) => ({
  ...commandStep(`update-status-from-review --from {now${from}} --until {now${until}}`, 200, [
    'update_attempt_status_from_review',
    { start_date_time: `{now${from}:sql}`, end_date_time: `{now${until}:sql}` },
  ]),
});
const judging: Story = {
  name: 'an operator judges reviews again',
  steps: [
    exams({ exam: proctored }),
    ...['alice', 'bob', 'carol'].flatMap((as) => take(as, 'exam', `${as}s`)),
    ...['alice', 'bob', 'carol'].map((as) => act(as, `${as}s`, 'submit')),
    review('alices', 'suspicious'),
    { ...review('bobs', 'suspicious'), wait: 4000 },
    review('carols', 'passed'),
    step('staff GET ~/exam/course_id/{A}', 200, undefined, {
      settings: { constants: { REQUIRE_FAILURE_SECOND_REVIEWS: false } },
    }),
    judgeAgain('-90000', '-86400'),
    ...['alice', 'bob', 'carol'].map((as) => read(as, `${as}s`)),
    judgeAgain('-3000', '+60'),
    ...['alice', 'bob', 'carol'].map((as) => read(as, `${as}s`)),
    setStatus('carols', 'error'),
    judgeAgain('-90000', '+60'),
    ...['alice', 'bob', 'carol'].map((as) => read(as, `${as}s`)),
    step('staff DELETE ~/attempt/{bobs}', 200),
    judgeAgain('-90000', '+60'),
    grouped,
    step('staff GET ~/exam/course_id/{A}', 200, undefined, {
      settings: { constants: { REQUIRE_FAILURE_SECOND_REVIEWS: true } },
    }),
  ],
};

const finding: Story = {
  name: 'an operator lists reviews of removed attempts',
  steps: [
    exams({ exam: proctored }),
    ...['alice', 'bob'].flatMap((as) => [...take(as, 'exam', `${as}s`), act(as, `${as}s`, 'submit')]),
    ...['alices', 'bobs'].map((attempt) => review(attempt, 'passed')),
    reviewsOfNobodyStep,
    step('staff DELETE ~/attempt/{bobs}', 200),
    commandStep('set-is-attempt-active', 200, ['set_is_attempt_active', {}]),
    reviewsOfNobodyStep,
    read('alice', 'alices'),
    grouped,
  ],
};

/** The reference has requests instead of these commands. */
const removing: Story = {
  name: 'an operator removes attempts and retires a learner',
  steps: [
    exams({ exam: proctored, other: proctored }),
    ...['alice', 'bob'].flatMap((as) => take(as, 'exam', `${as}s`)),
    ...take('alice', 'other', 'elsewhere'),
    step('staff DELETE ~/exam_id/{exam}/user_id/{alice.id}/reset_attempts', 200, undefined, {
      command: ['reset-attempts', '--exam', '{exam:text}', '--user', '{alice.id:text}'],
    }),
    grouped,
    read('alice', 'elsewhere'),
    read('bob', 'bobs'),
    ...take('alice', 'exam', 'again'),
    step('coach PUT ~/{A}/bulk_allowance', 200, {
      exam_ids: '{exam},{other}',
      user_ids: '{bob}',
      allowance_type: 'additional_time_granted',
      value: '5',
    }),
    step('worker POST ~~/retire_user/{bob.id}/', 204, {}, { command: ['retire-user', '--user', '{bob.id:text}'] }),
    grouped,
  ],
};

export const operatorStories = [correcting, repeating, judging, finding, removing];
