import { exams, practice, proctored, rawStep, type Story, step } from '../step.js';

const rest = { ...proctored, backend: 'rest', external_id: null };
const rpNow = { ...proctored, backend: 'software_secure', external_id: null };
const create = (as: string, exam: string, attempt: string) => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored: 'true' },
    { keep: { [attempt]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${attempt}}`, 200, undefined, {
    keep: { [`${attempt}.external`]: 'external_id', [`${attempt}.code`]: 'attempt_code' },
  }),
];
const sequence = (as: string, exam: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}&is_learning_mfe=true`, 200);
const settings = (exam: string) => step(`alice GET ~/settings/exam_id/{${exam}}/`, 200);

const overRest: Story = {
  name: 'a REST provider',
  steps: [
    exams({ watched: rest, onboarding: { ...practice, backend: 'rest', external_id: null } }),
    step('alice GET ~/exam/exam_id/{watched}', 200),
    settings('watched'),
    ...create('alice', 'watched', 'first'),
    sequence('alice', 'watched'),
    ...['start', 'stop', 'submit'].map((action) => step('alice PUT ~/attempt/{first}', 200, { action })),
    sequence('alice', 'watched'),
    step('staff POST ~/attempt/{first.external}/reviewed', 400, { status: 'Clean' }),
    step('staff POST ~/attempt/{first.external}/reviewed', 200, { status: 'violation' }),
    step('alice GET ~/attempt/{first}', 200, undefined, { note: 'only "Clean" passes here' }),
    ...create('bob', 'onboarding', 'practised'),
    ...['start', 'submit'].map((action) => step('bob PUT ~/attempt/{practised}', 200, { action })),
    step('staff POST ~/attempt/{practised.external}/reviewed', 200, { status: 'passed' }),
    step('bob GET /api/edx_proctoring/v1/user_onboarding/status?course_id={A%}', 200),
    step('staff DELETE ~/attempt/{first}', 200),
  ],
};

const callback = '/api/edx_proctoring/proctoring_review_callback/';
const review = (attempt: string, more: object = {}) => ({
  examMetaData: { examCode: `{${attempt}.code}`, ssiRecordLocator: `{${attempt}.external}` },
  reviewStatus: 'Suspicious',
  webCamComments: [{ eventStart: 1, eventFinish: 2, duration: 1, comments: 'a', eventStatus: 'Suspicious' }],
  desktopComments: [],
  videoReviewLink: 'https://video.example.org/1',
  ...more,
});

const softwareSecure: Story = {
  name: 'Software Secure',
  steps: [
    exams({ secure: rpNow }),
    settings('secure'),
    ...create('alice', 'secure', 'first'),
    sequence('alice', 'secure'),
    step('alice PUT ~/attempt/{first}', 200, { action: 'submit' }),
    ...['Great', '', null, 5, true].map((reviewStatus) =>
      step(`nobody POST ${callback}`, 400, review('first', { reviewStatus })),
    ),
    ...[undefined, 'NOPE', null, 5, ''].map((examCode) =>
      step(`nobody POST ${callback}`, 400, review('first', { examMetaData: { examCode } })),
    ),
    step(
      `nobody POST ${callback}`,
      400,
      review('first', { examMetaData: { examCode: '{first.code}', ssiRecordLocator: 'OTHER' } }),
    ),
    rawStep(`nobody POST ${callback}`, 400, '{'),
    rawStep(`nobody POST ${callback}`, 400, '', 'text/plain'),
    ...['GET', 'PUT', 'DELETE'].map((method) => step(`nobody ${method} ${callback}`, 405)),
    ...['Basic', 'Basic !', 'Basic YTpi', 'JWT nonsense'].map((Authorization) =>
      step(
        `nobody POST ${callback}`,
        Authorization.startsWith('Basic') ? 403 : 400,
        {},
        { headers: { Authorization } },
      ),
    ),
    ...['Suspicious', 'Clean', 'Not Reviewed', 'Rules Violation'].flatMap((reviewStatus) => [
      step(`nobody POST ${callback}`, 200, review('first', { reviewStatus })),
      step('alice GET ~/attempt/{first}', 200),
    ]),
    step('staff POST ~/attempt/{first.external}/reviewed', 200, review('first')),
    step('alice GET ~/attempt/{first}', 200),
    step('staff DELETE ~/attempt/{first}', 200),
    step(`nobody POST ${callback}`, 200, review('first'), { note: 'of a removed attempt' }),
  ],
};

const nullProvider: Story = {
  name: 'the provider `null`',
  steps: [
    exams({ unwatched: { ...proctored, backend: 'null', external_id: null } }),
    settings('unwatched'),
    ...create('alice', 'unwatched', 'first'),
    sequence('alice', 'unwatched'),
    step('coach GET /api/edx_proctoring/v1/instructor/{A}/{unwatched}', 404),
  ],
};

export const providerStories = [overRest, softwareSecure, nullProvider];
