import { examFields, exams, practice, proctored, type Step, type Story, step } from '../step.js';

const sequence = (as: string, name: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${name}`, 200);
export const look = (as: string, exam: string, more: Partial<NonNullable<Step['view']>> = {}): Step => ({
  as,
  method: 'VIEW',
  path: `{${exam}}`,
  view: { exam, course: '{A}', contentId: `{A:block}${exam}`, ...more },
});
const due = (name: string, date: string | null) => ({
  dates: [{ course_id: '{A}', content_id: `{A:block}${name}`, field: 'due', date }],
});
const take = (as: string, exam: string, name: string, attempt_proctored = 'true'): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored },
    { keep: { [name]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${name}}`, 200, undefined, { keep: { [`${name}.code`]: 'attempt_code' } }),
];
const act = (as: string, name: string, action: string) => step(`${as} PUT ~/attempt/{${name}}`, 200, { action });

const pastDue: Story = {
  name: 'a declined requirement before an exam that is past due',
  steps: [
    exams({ final: proctored, other: proctored }),
    {
      ...sequence('alice', 'final'),
      roster: {
        ...due('final', '{now-60}'),
        credit_requirements: [
          {
            course_id: '{A}',
            namespace: 'reverification',
            name: 'icrv',
            display_name: 'ICRV',
            order: 1,
            statuses: { '{alice}': 'declined', '{bob}': 'declined' },
          },
        ],
      },
    },
    sequence('alice', 'final'),
    look('bob', 'final'),
    sequence('bob', 'final'),
  ],
};

const browsers: Story = {
  name: 'a practice exam in a secure browser and in another one',
  steps: [
    exams({ practised: { ...practice, backend: 'software_secure', external_id: null } }),
    ...take('alice', 'practised', 'attempt'),
    look('alice', 'practised'),
    {
      ...step('nobody GET /api/edx_proctoring/proctoring_launch_callback/start_exam/{attempt.code}', 302),
      keepCookie: 'browser',
    },
    act('alice', 'attempt', 'start'),
    look('alice', 'practised'),
    look('alice', 'practised', { browser: 'browser' }),
  ],
};

const graces: Story = {
  name: 'a submitted timed exam in a grace period',
  steps: [
    exams({ timed: {}, hidden: { hide_after_due: true } }),
    ...['timed', 'hidden'].flatMap((exam) => [
      { ...step('alice GET ~/attempt', 200), roster: due(exam, '{now+600}') },
      ...take('alice', exam, `at-${exam}`, 'false'),
      act('alice', `at-${exam}`, 'start'),
      act('alice', `at-${exam}`, 'submit'),
      look('alice', exam, { graceMins: 60 }),
      { ...look('alice', exam, { graceMins: 60 }), wait: 900 },
      { ...look('alice', exam, { graceMins: 60 }), wait: 5000 },
    ]),
  ],
};

const instructions: Story = {
  name: 'a provider gives instructions for the set-up',
  steps: [
    exams({ watched: { ...proctored, backend: 'rest', external_id: null } }),
    ...take('alice', 'watched', 'attempt'),
    { ...look('alice', 'watched'), providerAnswer: { route: 'attempt', status: 200, body: {}, times: 1 } },
  ],
};

const unknown: Story = {
  name: 'an exam names a provider that nobody configured',
  steps: [
    exams({ timed: { backend: 'nobody' } }),
    step('staff PATCH ~/exam_registration/course_id/{B}', 500, [
      examFields('exam', { ...proctored, course_id: '{B}', backend: 'nobody' }),
    ]),
    step('staff PUT ~/exam', 500, { exam_id: '{timed}', is_proctored: true }),
    step('alice GET ~/exam/exam_id/{timed}', 200),
    step('alice GET ~/exam/course_id/{B}', 200),
  ],
};

const languages: Story = {
  name: 'a user who is not staff gets an error in another language',
  steps: ['de', 'es-419', 'en'].map((language) => ({
    ...step('alice GET ~/{A}/allowance', 403),
    headers: { 'accept-language': language },
  })),
};

const escapes: Story = {
  name: 'a path has invalid escapes',
  steps: [
    exams({ timed: {} }),
    ...['%', '%zz', '%ff', '%00', '1%2F2', '%E2%82%AC'].map((id) => step(`alice GET ~/attempt/${id}`, 404)),
    ...['%', '%zz', '%ff', 'a%2Fb'].map((id) => step(`alice GET ~/exam/course_id/{A}/content_id/${id}`, 404)),
    ...['%zz', '%ff'].map((end) => step(`alice GET ~/exam/course_id/{A}${end}`, 200)),
    ...['%zz', '%ff', 'a%2Fb', '%'].map((text) =>
      step(`staff GET ~/attempt/grouped/course_id/{A}/search/${text}`, 200),
    ),
    ...['%zz', '%ff', '%'].map((text) => step(`alice GET ~/attempt/course_id/{A}?content_id=${text}`, 200)),
    step('alice GET /api/edx_proctoring%2Fv1/proctored_exam/attempt', 200),
    step('alice GET ~/exam/exam_id%2F{timed}', 200),
    step('alice GET /api/%', 404),
    step('nobody GET ~/attempt/%zz', 404),
  ],
};

const overAndEnded: Story = {
  name: 'a page after the course has ended and the time is over',
  steps: [
    exams({ final: { ...proctored, time_limit_mins: 2 } }),
    ...take('alice', 'final', 'attempt'),
    act('alice', 'attempt', 'start'),
    {
      ...look('alice', 'final'),
      wait: 200_000,
      roster: { courses: [{ course_id: '{A}', display_name: 'A', end: '{now-60}' }] },
    },
    step('alice GET ~/attempt/{attempt}', 200),
  ],
};

export const combinationStories = [overAndEnded, pastDue, browsers, graces, instructions, unknown, languages, escapes];
