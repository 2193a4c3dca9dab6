import { exams, practice, proctored, type SettingsChange, type Step, type Story, step } from '../step.js';
import { look } from './combinations.js';

const take = (as: string, exam: string, attempt: string, more: object = {}): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored: 'true', ...more },
    { keep: { [attempt]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${attempt}}`, 200, undefined, { keep: { [`${attempt}.external`]: 'external_id' } }),
];
const refused = (as: string, exam: string, status: number): Step =>
  step(`${as} POST ~/attempt`, status, { exam_id: `{${exam}}`, attempt_proctored: 'true' });
const act = (as: string, attempt: string, action: string, status = 200) =>
  step(`${as} PUT ~/attempt/{${attempt}}`, status, { action });
const poll = (as: string, attempt: string, status = 200) => step(`${as} GET ~/attempt/{${attempt}}`, status);
const review = (attempt: string, answer: string, status = 200, reviewed_by?: string) =>
  step(`reviewer POST ~/attempt/{${attempt}.external}/reviewed`, status, { status: answer, comments: [], reviewed_by });
const sequence = (as: string, exam: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}&is_learning_mfe=true`, 200);
const own = (as: string, status = 200) => step(`${as} GET ~~/user_onboarding/status?course_id={A%}`, status);
const grouped = step('coach GET ~/attempt/grouped/course_id/{A}', 200);

/** Applies settings from the first step on, and resets them after the last one. */
const under = (settings: SettingsChange, back: SettingsChange, [first, ...steps]: Step[]): Step[] => [
  { ...first, settings },
  ...steps,
  step('staff GET ~/exam/course_id/{A}', 200, undefined, { settings: back }),
];
const onTest = (answers: Record<string, unknown>, steps: Step[]): Step[] =>
  under(
    { backends: { test: answers } },
    { backends: { test: Object.fromEntries(Object.keys(answers).map((name) => [name, null])) } },
    steps,
  );

const reviewedOnce: Story = {
  name: 'the setting forbids that reviews change',
  steps: [
    exams({ exam: proctored }),
    ...take('alice', 'exam', 'first', { start_clock: 'true' }),
    act('alice', 'first', 'submit'),
    ...under({ constants: { ALLOW_REVIEW_UPDATES: false } }, { constants: { ALLOW_REVIEW_UPDATES: true } }, [
      review('first', 'suspicious'),
      review('first', 'passed', 400),
      poll('alice', 'first'),
    ]),
    review('first', 'passed'),
    poll('alice', 'first'),
  ],
};

const failedAtOnce: Story = {
  name: 'a failure needs no second review',
  steps: [
    exams({ exam: proctored, onboarding: practice }),
    ...take('alice', 'exam', 'first', { start_clock: 'true' }),
    act('alice', 'first', 'submit'),
    ...take('bob', 'onboarding', 'second', { start_clock: 'true' }),
    ...under(
      { constants: { REQUIRE_FAILURE_SECOND_REVIEWS: false } },
      { constants: { REQUIRE_FAILURE_SECOND_REVIEWS: true } },
      [
        ...['suspicious', 'passed', 'not_reviewed', 'suspicious'].flatMap((answer) => [
          review('first', answer),
          poll('alice', 'first'),
        ]),
        review('second', 'suspicious'),
        poll('bob', 'second'),
      ],
    ),
  ],
};

/** The reference keeps this status, but it has no page for it. */
const timedOutPage: Story = {
  name: 'a learner looks at an exam that is timed_out',
  steps: [
    exams({ exam: proctored }),
    ...under(
      { proctoring_settings: { ALLOW_TIMED_OUT_STATE: true } },
      { proctoring_settings: { ALLOW_TIMED_OUT_STATE: false } },
      [
        ...take('alice', 'exam', 'first', { start_clock: 'true' }),
        { ...poll('alice', 'first'), wait: 2000 },
        look('alice', 'exam'),
      ],
    ),
  ],
};

const timedOut: Story = {
  name: 'the setting makes timed_out a status',
  steps: [
    exams({ timed: {}, exam: proctored, onboarding: practice }),
    ...under(
      { proctoring_settings: { ALLOW_TIMED_OUT_STATE: true } },
      { proctoring_settings: { ALLOW_TIMED_OUT_STATE: false } },
      [
        ...take('alice', 'exam', 'first', { start_clock: 'true' }),
        ...take('bob', 'onboarding', 'bobs', { start_clock: 'true' }),
        step(
          'carol POST ~/attempt',
          200,
          { exam_id: '{timed}', start_clock: 'true' },
          { keep: { carols: 'exam_attempt_id' } },
        ),
        { ...poll('alice', 'first'), wait: 2000 },
        poll('bob', 'bobs'),
        step('carol GET ~/attempt', 200),
        step('carol GET ~/attempt', 200),
        poll('carol', 'carols'),
        sequence('alice', 'exam'),
        sequence('carol', 'timed'),
        act('alice', 'first', 'start', 400),
        act('carol', 'carols', 'submit'),
        poll('carol', 'carols'),
        own('bob'),
        step('bob PUT ~/attempt/{bobs}', 200, { action: 'reset_attempt' }, { keep: { bobsNext: 'exam_attempt_id' } }),
        review('first', 'passed'),
        poll('alice', 'first'),
        grouped,
      ],
    ),
  ],
};

const crashing: Story = {
  name: 'the pings to a provider may fail',
  steps: [
    exams({ exam: proctored, timed: {} }),
    ...take('alice', 'exam', 'first', { start_clock: 'true' }),
    ...under(
      { switches: { 'edx_proctoring.test_ping_failure_passthrough': true } },
      { switches: { 'edx_proctoring.test_ping_failure_passthrough': false } },
      [act('alice', 'first', 'error'), poll('alice', 'first')],
    ),
    act('alice', 'first', 'error'),
    poll('alice', 'first'),
  ],
};

const onboardingErrors = ['onboarding_missing', 'onboarding_pending', 'onboarding_failed', 'onboarding_expired'];
const onboardingFirst: Story = {
  name: 'a provider requires onboarding first',
  steps: [
    exams({ exam: proctored, onboarding: practice, other: proctored }),
    ...onboardingErrors.flatMap((onboarding_error, index) => {
      const learner = ['alice', 'bob', 'carol', 'dave'][index];
      return onTest({ onboarding_error }, [
        ...take(learner, 'exam', `${learner}s`),
        sequence(learner, 'exam'),
        act(learner, `${learner}s`, 'start', 400),
        own(learner),
      ]);
    }),
    grouped,
    ...[
      { effective_start: '2090-01-01T00:00:00Z' },
      { effective_start: '2024-01-01T00:00:00Z', due: '2024-02-01T00:00:00Z' },
      { scheduled: false, accessible: false },
      { scheduled: true, accessible: true },
    ].map((schedule) => ({
      ...sequence('alice', 'exam'),
      roster: { schedules: [{ course_id: '{A}', content_id: '{A:block}onboarding', ...schedule }] },
    })),
    ...take('bob', 'onboarding', 'practised', { start_clock: 'true' }),
    act('bob', 'practised', 'submit'),
    poll('bob', 'bobs', 400),
    sequence('bob', 'exam'),
    ...take('bob', 'exam', 'again'),
  ],
};

const unavailable: Story = {
  name: 'a provider does not register an attempt',
  steps: [
    exams({ exam: proctored, watched: { ...proctored, backend: 'rest', external_id: null } }),
    ...[503, 400, 404].flatMap((status) =>
      onTest({ register_error: [status, 'no'] }, [refused('alice', 'exam', status), sequence('alice', 'exam')]),
    ),
    ...onTest({ without_attempt_id: true }, [refused('alice', 'exam', 200), sequence('alice', 'exam')]),
    ...take('alice', 'exam', 'first'),
    {
      ...refused('bob', 'watched', 400),
      providerAnswer: { route: 'create_attempt', status: 400, body: { detail: 'no' }, times: 1 },
    },
    { ...refused('bob', 'watched', 200), providerAnswer: { route: 'create_attempt', status: 200, body: {}, times: 1 } },
    {
      ...take('bob', 'watched', 'blocked')[0],
      providerAnswer: { route: 'create_attempt', status: 200, body: { status: 'onboarding_pending' }, times: 1 },
    },
    poll('bob', 'blocked'),
    {
      ...refused('carol', 'watched', 503),
      providerAnswer: { route: 'create_attempt', status: 503, body: { detail: 'busy' }, times: 1 },
    },
  ],
};

const retirement: Story = {
  name: 'a provider does not retire a learner',
  steps: [
    exams({ exam: proctored }),
    ...take('alice', 'exam', 'first'),
    ...['error', false].flatMap((retire_answer) =>
      under({ backends: { test: { retire_answer } } }, { backends: { test: { retire_answer: true } } }, [
        step('worker POST ~~/retire_backend_user/{alice.id}/', 500, {}),
      ]),
    ),
    step('worker POST ~~/retire_backend_user/{alice.id}/', 200, {}),
  ],
};

export const settingsStories = [
  reviewedOnce,
  failedAtOnce,
  timedOut,
  timedOutPage,
  crashing,
  onboardingFirst,
  unavailable,
  retirement,
];
