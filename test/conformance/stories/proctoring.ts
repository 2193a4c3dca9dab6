import { exams, practice, proctored, rawStep, type Step, type Story, step } from '../step.js';

/** A proctored attempt. Its external id is `{NAME.external}` afterwards. */
const take = (as: string, exam: string, keep: string): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored: 'true' },
    { keep: { [keep]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${keep}}`, 200, undefined, { keep: { [`${keep}.external`]: 'external_id' } }),
];
const act = (as: string, attempt: string, action: string, status = 200, more: Partial<Step> = {}) =>
  step(`${as} PUT ~/attempt/{${attempt}}`, status, { action }, more);
const poll = (as: string, attempt: string) => step(`${as} GET ~/attempt/{${attempt}}`, 200);
const review = (as: string, attempt: string, status: number, body: unknown) =>
  step(`${as} POST ~/attempt/{${attempt}.external}/reviewed`, status, body);
const sequence = (as: string, exam: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}&is_learning_mfe=true`, 200);
const comment = { comment: 'Looked away', status: 'Unknown', start: 3, stop: 8, duration: 5 };

const verified: Story = {
  name: 'a proctored attempt is verified',
  steps: [
    exams({ exam: { ...proctored, time_limit_mins: 90 } }),
    sequence('alice', 'exam'),
    ...take('alice', 'exam', 'first'),
    sequence('alice', 'exam'),
    act('alice', 'first', 'click_download_software'),
    sequence('alice', 'exam'),
    step('nobody POST ~/attempt/{first.external}/ready', 403, {}),
    step('reviewer POST ~/attempt/unknown/ready', 404, {}),
    rawStep('reviewer POST ~/attempt/unknown/ready', 404, '{'),
    step('reviewer POST ~/attempt/a.b/ready', 404, {}),
    step('reviewer POST ~/attempt/{first.external}/ready', 200, {}),
    poll('alice', 'first'),
    sequence('alice', 'exam'),
    step('staff POST ~/attempt/{first.external}/ready', 200),
    rawStep('reviewer POST ~/attempt/{first.external}/ready', 200, '{'),
    step('alice POST ~/attempt/{first.external}/ready', 200),
    act('alice', 'first', 'click_download_software', 200, { note: 'back' }),
    poll('alice', 'first'),
    act('alice', 'first', 'start'),
    step('alice GET ~/attempt/{first}?sourceid=in_exam&proctored=true', 200),
    step('alice GET ~/active_attempt', 200),
    step('reviewer POST ~/attempt/{first.external}/ready', 200, {}, { note: 'too late: ignored' }),
    poll('alice', 'first'),
    act('alice', 'first', 'stop'),
    act('alice', 'first', 'submit'),
    poll('alice', 'first'),
    ...['bob', 'alice', 'coach'].map((as) => review(as, 'first', 403, { status: 'passed' })),
    review('nobody', 'first', 403, { status: 'passed' }),
    ...['reviewer', 'bob'].map((as) => step(`${as} POST ~/attempt/unknown/reviewed`, 400, { status: 'passed' })),
    ...[{ status: 'great' }, { status: null }, { status: 5 }, { status: 'Clean' }, { status: '' }].map((body) =>
      review('reviewer', 'first', 400, body),
    ),
    poll('alice', 'first'),
    review('reviewer', 'first', 200, { status: 'passed', comments: [comment] }),
    poll('alice', 'first'),
    ...['start', 'stop'].map((action) => act('alice', 'first', action, 400)),
    ...(
      [
        ['reviewer', { status: 'suspicious', comments: [] }],
        ['reviewer', { status: 'suspicious', reviewed_by: '{reviewer.email}' }],
        ['reviewer', { status: 'suspicious', reviewed_by: 'nobody@example.org' }],
        ['reviewer', { status: 'violation', reviewed_by: '{reviewer.email}', comments: [comment, comment] }],
        ['reviewer', { status: 'not_reviewed' }],
        ['root', { status: 'suspicious', reviewed_by: null }],
        [
          'staff',
          {
            status: 'passed',
            videoReviewLink: 'https://video.example.org/1',
            payload: { videoReviewLink: 'https://video.example.org/2' },
          },
        ],
      ] as const
    ).flatMap(([as, body]) => [review(as, 'first', 200, body), poll('alice', 'first')]),
    act('alice', 'first', 'error', 200, { note: 'also a verified one' }),
    poll('alice', 'first'),
    act('alice', 'first', 'submit'),
    poll('alice', 'first'),
    step('staff PUT ~/exam', 200, { exam_id: '{exam}', is_proctored: false }),
    review('reviewer', 'first', 412, { status: 'passed' }),
    review('reviewer', 'first', 412, { status: 'great' }),
    review('bob', 'first', 403, { status: 'passed' }),
    poll('alice', 'first'),
    step('staff DELETE ~/attempt/{first}', 200),
    review('reviewer', 'first', 400, { status: 'passed' }),
    step('reviewer POST ~/attempt/{first.external}/ready', 404),
    ...['GET', 'PUT', 'DELETE'].flatMap((method) =>
      ['ready', 'reviewed'].map((last) => step(`staff ${method} ~/attempt/x/${last}`, 405)),
    ),
  ],
};

const oddReviews: Story = {
  name: 'reviews have odd values',
  steps: [
    exams({ exam: proctored }),
    ...take('alice', 'exam', 'first'),
    rawStep('bob POST ~/attempt/{first.external}/reviewed', 403, '{'),
    rawStep('reviewer POST ~/attempt/unknown/reviewed', 400, '{'),
    rawStep('reviewer POST ~/attempt/x/ready', 404, 'x', 'text/plain'),
    review('reviewer', 'first', 500, undefined),
    ...[{}, [], 'x', 5, null, { comments: [] }].map((body) => review('reviewer', 'first', 500, body)),
    ...[true, [], {}, 'PASSED', 'passed '].map((status) => review('reviewer', 'first', 400, { status })),
    ...[
      null,
      'x',
      5,
      true,
      [1],
      ['x'],
      [null],
      [{}],
      [{ comment: 'x' }],
      [{ status: 'x' }],
      [{ comment: null, status: 'x' }],
      [comment, {}],
    ].map((comments) => review('reviewer', 'first', 500, { status: 'passed', comments })),
    ...[{ start: 'z' }, { stop: null }, { duration: [] }].map((more) =>
      review('reviewer', 'first', 500, { status: 'passed', comments: [{ ...comment, ...more }] }),
    ),
    ...[5, null, 'x', []].map((payload) => review('reviewer', 'first', 500, { status: 'passed', payload })),
    review('reviewer', 'first', 400, { status: 'great', comments: null }),
    poll('alice', 'first'),
    review('reviewer', 'first', 200, {
      status: 'violation',
      comments: [
        { comment: '', status: '', extra: 1 },
        { comment: 'é 😀', status: 's', start: '5' },
      ],
    }),
    poll('alice', 'first'),
    ...['', 5, true, [], {}, '{coach}'].flatMap((reviewed_by) => [
      review('reviewer', 'first', 200, { status: 'suspicious', reviewed_by }),
      poll('alice', 'first'),
    ]),
    ...take('bob', 'exam', 'bobs'),
    step('carol POST ~/attempt/{bobs.external}/ready', 200, {}),
  ],
};

const onboarding: Story = {
  name: 'onboarding is repeated until it is verified',
  steps: [
    exams({ onboarding: practice, exam: proctored, past: { ...practice, due_date: '2024-02-01T00:00:00Z' } }),
    sequence('erin', 'onboarding'),
    ...take('erin', 'onboarding', 'one'),
    sequence('erin', 'onboarding'),
    act('erin', 'one', 'reset_attempt', 400),
    act('erin', 'one', 'start'),
    act('erin', 'one', 'reset_attempt', 400),
    act('erin', 'one', 'submit'),
    review('reviewer', 'one', 200, { status: 'suspicious', comments: [] }),
    poll('erin', 'one'),
    act('erin', 'one', 'reset_attempt', 200, { keep: { two: 'exam_attempt_id' } }),
    poll('erin', 'one'),
    step('erin GET ~/attempt/{two}', 200, undefined, { keep: { 'two.external': 'external_id' } }),
    act('erin', 'one', 'start', 200, { note: 'the older one is addressed, the latest starts' }),
    poll('erin', 'two'),
    act('erin', 'two', 'submit'),
    review('reviewer', 'two', 200, { status: 'passed' }),
    poll('erin', 'two'),
    sequence('erin', 'onboarding'),
    act('erin', 'two', 'reset_attempt', 400),
    ...take('erin', 'onboarding', 'three'),
    act('erin', 'three', 'start'),
    ...take('erin', 'onboarding', 'four'),
    { ...sequence('erin', 'onboarding'), note: 'the running attempt, not the latest' },
    ...take('alice', 'exam', 'graded'),
    act('alice', 'graded', 'submit'),
    act('alice', 'graded', 'reset_attempt', 400),
    ...take('bob', 'onboarding', 'bobs'),
    act('bob', 'bobs', 'start'),
    act('bob', 'bobs', 'submit'),
    act('bob', 'bobs', 'reset_attempt', 200, { keep: { bobsNext: 'exam_attempt_id' } }),
    step('bob GET ~/attempt/{bobs}', 400, undefined, { note: 'a submitted one is removed' }),
    poll('bob', 'bobsNext'),
    act('bob', 'bobsNext', 'error'),
    act('bob', 'bobsNext', 'reset_attempt', 200, { keep: { bobsThird: 'exam_attempt_id' } }),
    poll('bob', 'bobsNext'),
    poll('bob', 'bobsThird'),
    step('carol POST ~/attempt', 200, { exam_id: '{past}' }, { keep: { carols: 'exam_attempt_id' } }),
    poll('carol', 'carols'),
    act('carol', 'carols', 'reset_attempt', 200, { keep: { carolsNext: 'exam_attempt_id' } }),
    poll('carol', 'carolsNext'),
    ...take('dave', 'onboarding', 'daves'),
    act('dave', 'daves', 'error'),
    {
      ...act('dave', 'daves', 'reset_attempt', 400),
      roster: { dates: [{ course_id: '{A}', content_id: '{A:block}onboarding', field: 'due', date: '{now-60}' }] },
    },
    poll('dave', 'daves'),
  ],
};

export const proctoringStories = [verified, oddReviews, onboarding];
