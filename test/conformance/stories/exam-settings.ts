import { examFields, exams, practice, proctored, rawStep, type Story, step } from '../step.js';

const path = { settings: '~/settings/exam_id', policy: '~/review_policy/exam_id' };
const everybody = ['alice', 'coach', 'otherCoach', 'staff', 'root', 'reviewer'];
const policy = (name: string, review_policy: string) => ({
  roster: { review_policies: [{ exam_id: `{${name}}`, user: '{staff}', review_policy }] },
});

const reading: Story = {
  name: 'the settings and the review policy of an exam are read',
  steps: [
    exams({ timed: {}, exam: proctored, onboarding: practice, odd: { is_practice_exam: true } }),
    ...Object.values(path).flatMap((place) => [
      ...everybody.map((as) => step(`${as} GET ${place}/{exam}/`, 200)),
      ...['nobody', 'inactive'].map((as) => step(`${as} GET ${place}/{exam}/`, 403)),
      ...['timed', 'onboarding', 'odd'].map((name) => step(`alice GET ${place}/{${name}}/`, 200)),
      step(`alice GET ${place}/0{exam}/`, 200),
      step(`alice GET ${place}/99999999999999999999/`, 500),
      ...['x', '-1', '1.0', '', '%D9%A1'].map((id) => step(`alice GET ${place}/${id}/`, 404)),
      step(`alice GET ${place}/{exam}`, 404),
      rawStep(`alice GET ${place}/{exam}/`, 200, '{'),
      ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => step(`staff ${method} ${place}/{exam}/`, 405)),
    ]),
    ...['999999999', '0', '9223372036854775807'].flatMap((id) => [
      step(`alice GET ${path.settings}/${id}/`, 400),
      step(`alice GET ${path.policy}/${id}/`, 200),
    ]),
    { ...step(`alice GET ${path.policy}/{exam}/`, 200), ...policy('exam', 'No calculators.\n"é"') },
    { ...step(`alice GET ${path.policy}/{onboarding}/`, 200), ...policy('onboarding', 'x') },
    step(
      'bob POST ~/attempt',
      200,
      { exam_id: '{exam}', attempt_proctored: 'true' },
      { keep: { bobs: 'exam_attempt_id' } },
    ),
    step('staff PUT ~/exam', 200, { exam_id: '{exam}', is_active: false }),
    ...Object.values(path).map((place) => step(`alice GET ${place}/{exam}/`, 200)),
    step('staff POST ~/exam', 200, examFields('b', { course_id: '{B}', ...proctored }), { keep: { b: 'exam_id' } }),
    { ...step(`alice GET ${path.settings}/{b}/`, 200), note: 'a course without an address for escalations' },
    step('staff POST ~/exam', 200, examFields('u', { course_id: 'a+b+c{A}', ...proctored }), {
      keep: { u: 'exam_id' },
    }),
    step(`alice GET ${path.settings}/{u}/`, 200),
  ],
};

const byContent = (as: string, status: number, content: string, course = '{A}') =>
  step(`${as} GET ~/exam/course_id/${course}/content_id/${content}`, status);

const finding: Story = {
  name: 'an exam is found by its content',
  steps: [
    exams({ timed: {} }),
    ...['simple', 'x[y', 'under_score', 'a\\b'].map((content_id) =>
      step('staff POST ~/exam', 200, examFields('x', { content_id, is_active: content_id !== 'under_score' })),
    ),
    ...everybody.map((as) => byContent(as, 200, 'simple')),
    byContent('nobody', 403, 'simple'),
    ...['under_score', 'x%5By', 'a%5Cb'].map((content) => byContent('alice', 200, content)),
    ...['nope', 'SIMPLE', 'a%5B'].map((content) => byContent('alice', 400, content)),
    ...[
      'a.b',
      'a-b',
      'block-v1:x',
      'a%20b',
      '%C3%A9',
      'simple%0A',
      '',
      'simple/',
      '{A:block}timed',
      '{A:block%}timed',
    ].map((content) => byContent('alice', 404, content)),
    { ...byContent('alice', 200, 'x', 'nocourse'), note: 'a course id of three parts with slashes' },
    ...['POST', 'PUT'].flatMap((method) => [
      step(`staff ${method} ~/exam/course_id/{A}/content_id/simple`, 500, {}),
      step(`alice ${method} ~/exam/course_id/{A}/content_id/simple`, 403, {}),
    ]),
    ...['PATCH', 'DELETE'].map((method) => step(`staff ${method} ~/exam/course_id/{A}/content_id/simple`, 405)),
    rawStep('alice GET ~/exam/course_id/{A}/content_id/simple', 200, '{'),
  ],
};

export const examSettingsStories = [reading, finding];
