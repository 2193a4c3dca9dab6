import { examFields, exams, practice, proctored, rawStep, type Step, type Story, step } from '../step.js';

const take = (as: string, exam: string, keep: string): Step[] => [
  step(
    `${as} POST ~/attempt`,
    200,
    { exam_id: `{${exam}}`, attempt_proctored: 'true' },
    { keep: { [keep]: 'exam_attempt_id' } },
  ),
  step(`${as} GET ~/attempt/{${keep}}`, 200, undefined, { keep: { [`${keep}.external`]: 'external_id' } }),
];
const act = (as: string, attempt: string, action: string) => step(`${as} PUT ~/attempt/{${attempt}}`, 200, { action });
const review = (attempt: string, status: string) =>
  step(`staff POST ~/attempt/{${attempt}.external}/reviewed`, 200, { status });
const own = (as: string, query = 'course_id={A%}', status = 200) =>
  step(`${as} GET ~~/user_onboarding/status?${query}`, status);
const all = (as: string, query = '', status = 200, body?: unknown) =>
  step(`${as} GET ~~/user_onboarding/status/course_id/{A}${query}`, status, body);
const schedule = (more: object, name = 'onboarding') => ({
  roster: { schedules: [{ course_id: '{A}', content_id: `{A:block}${name}`, ...more }] },
});

const tracking: Story = {
  name: 'the status of onboarding changes',
  steps: [
    own('alice', 'course_id={A%}', 404),
    all('coach', '', 404),
    exams({ onboarding: practice, exam: proctored }),
    ...['alice', 'auditor', 'staff', 'coach'].map((as) => own(as)),
    all('coach'),
    ...['', 'x=1', 'course_id='].map((query) => own('alice', query, 400)),
    ...['nope', '{A}', '%20{A%}', '{Empty%}'].map((course) => own('alice', `course_id=${course}`, 404)),
    own('alice', 'course_id=nope&course_id={A%}'),
    ...['true', '1', 'True', 'TRUE', 'yes', ''].map((mfe) => own('alice', `course_id={A%}&is_learning_mfe=${mfe}`)),
    ...['alice', 'coach', 'staff'].map((as) => own(as, 'course_id={A%}&username={alice}')),
    ...['bob', 'otherCoach', 'root', 'reviewer', 'nobody'].map((as) => own(as, 'course_id={A%}&username={alice}', 403)),
    own('alice', 'course_id={A%}&username='),
    ...['ALICE', '%20', 'nobody'].map((username) => own('alice', `course_id={A%}&username=${username}`, 403)),
    ...['coach', 'staff'].map((as) => own(as, 'course_id={A%}&username=nobody', 500)),
    own('coach', 'course_id={B%}&username={alice}', 403),
    rawStep('alice GET ~~/user_onboarding/status?course_id={A%}', 200, '{'),
    step('alice GET ~~/user_onboarding/status/?course_id={A%}', 404),
    ...take('alice', 'onboarding', 'first'),
    own('alice'),
    all('coach'),
    act('alice', 'first', 'start'),
    all('coach'),
    act('alice', 'first', 'submit'),
    own('alice'),
    all('coach'),
    review('first', 'suspicious'),
    own('alice'),
    all('coach'),
    step('alice PUT ~/attempt/{first}', 200, { action: 'reset_attempt' }, { keep: { second: 'exam_attempt_id' } }),
    own('alice'),
    all('coach'),
    step('alice GET ~/attempt/{second}', 200, undefined, { keep: { 'second.external': 'external_id' } }),
    act('alice', 'second', 'submit'),
    review('second', 'passed'),
    own('alice'),
    all('coach'),
    ...take('bob', 'onboarding', 'bobs'),
    act('bob', 'bobs', 'error'),
    step('carol POST ~/attempt', 200, { exam_id: '{onboarding}' }, { note: 'declined' }),
    all('coach'),
    own('carol'),
    ...[',', 'null', 'None', 'error,', 'setup_started,onboarding_reset_past_due'].map((statuses) =>
      all('coach', `?statuses=${statuses}`),
    ),
    { ...own('alice'), wait: 366 * 86_400, note: 'more than a year later' },
    all('coach'),
    all('coach', '?statuses=verified'),
    ...['POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) => [
      step(`alice ${method} ~~/user_onboarding/status`, 405),
      step(`alice ${method} ~~/user_onboarding/status/course_id/{A}`, 405),
    ]),
  ],
};

const words =
  'not_started,verified setup_started,submitted verified, ,verified ,, VERIFIED bogus created null None'.split(' ');
const listing: Story = {
  name: 'onboarding of a course is listed',
  steps: [
    exams({ onboarding: practice }),
    ...['alice', 'otherCoach', 'root', 'reviewer', 'worker', 'nobody'].map((as) => all(as, '', 403)),
    ...['coach', 'staff'].map((as) => all(as)),
    ...take('alice', 'onboarding', 'first'),
    ...take('bob', 'onboarding', 'second'),
    act('bob', 'second', 'submit'),
    review('second', 'passed'),
    ...words.map((statuses) => all('coach', `?statuses=${statuses}`)),
    all('coach', '?statuses=verified,%20submitted'),
    all('coach', '?statuses='),
    all('coach', '?status=verified'),
    all('coach', '?statuses=submitted&statuses=verified'),
    ...['alice', 'ALI', '_', '%25', '@EXAMPLE', 'nobody', '', '{bob.email%}', 'a&text_search=bob'].map((text) =>
      all('coach', `?text_search=${text}`),
    ),
    ...['1', '2', '0', '-1', '9', 'x', '', '1.0', '%201', '1&page=x'].map((page) => all('coach', `?page=${page}`)),
    all('otherCoach', '', 200, { course_id: '{B}' }),
    all('coach', '', 403, { course_id: '{B}' }),
    all('coach', '', 200, { course_id: '' }),
    ...['alice', 'coach'].map((as) => rawStep(`${as} GET ~~/user_onboarding/status/course_id/{A}`, 400, '{')),
    rawStep('alice GET ~~/user_onboarding/status/course_id/{A}', 415, 'x', 'text/plain'),
    ...['alice', 'staff'].map((as) => all(as, '', 500, [])),
    {
      ...all('coach'),
      roster: {
        enrollments: [
          { user: '{bob}', course_id: '{A}', mode: 'verified', is_active: false },
          { user: '{carol}', course_id: '{A}', mode: 'audit' },
          { user: '{auditor}', course_id: '{A}', mode: 'masters' },
        ],
      },
      note: 'some learners have left',
    },
    step('staff GET ~~/user_onboarding/status/course_id/{Empty}', 404),
    step('coach GET ~~/user_onboarding/status/course_id/{A}/', 404),
  ],
};

/** More learners than a page shows. */
const crowd = [...Array(56).keys()].map((number) => `p${String(number).padStart(2, '0')}`).concat('Paul', 'éva', 'ÉVE');
const paging: Story = {
  name: 'onboarding of a large course has pages',
  steps: [
    exams({ onboarding: practice }),
    {
      ...all('coach'),
      roster: {
        users: crowd.map((username, index) => ({
          id: 900_000_000 + index,
          username,
          email: `${username}@example.org`,
          full_name: '',
        })),
        enrollments: crowd.map((user) => ({ user, course_id: '{A}', mode: 'verified' })),
      },
    },
    ...['2', '3', '9', '0', '-1', '%202', '%D9%A2', 'x'].map((page) => all('coach', `?page=${page}`)),
    ...['?page=1', '?text_search=p', '?text_search=P&page=3', '?statuses=not_started&page=3'].map((query) =>
      all('coach', query),
    ),
    ...['%C3%89v', '%C3%A9V', 'p0%00x', '%5C', 'p0', '1', 'a1@E'].map((text) => all('coach', `?text_search=${text}`)),
    ...["p!'()*~-._", 'p', '%C3%A9', 'a%20b', 'p,@:$%2F%22'].map((text) => all('coach', `?text_search=${text}&page=1`)),
    all('coach', '?page=2&statuses=not_started,verified&text_search=p&other=x'),
    all('coach', '?text_search=p4&page=9'),
  ],
};

const released: Story = {
  name: 'onboarding has a schedule',
  steps: [
    exams({ onboarding: practice }),
    { ...own('alice'), ...schedule({ effective_start: '2090-01-01T00:00:00Z' }) },
    { ...own('alice'), ...schedule({ effective_start: '2024-01-01T00:00:00Z', due: '2024-02-01T00:00:00Z' }) },
    all('coach'),
    {
      ...own('alice', 'course_id={A%}', 404),
      ...schedule({ effective_start: '2024-01-01T00:00:00Z', accessible: false }),
    },
    { ...own('alice', 'course_id={A%}', 404), ...schedule({ scheduled: false, accessible: false }) },
    {
      ...own('alice'),
      ...schedule({ effective_start: '2024-01-01T00:00:00Z', due: '{now+600}', user: '{alice}' }),
      note: 'open for one learner',
    },
    own('bob', 'course_id={A%}', 404),
    { ...own('alice'), wait: 700 },
    exams({ onboarding: practice, second: practice }),
    own('alice'),
    own('bob'),
    { ...own('bob'), ...schedule({ effective_start: '2090-01-01T00:00:00Z' }, 'second') },
    own('alice'),
    step(
      'staff POST ~/exam',
      200,
      examFields('elsewhere', { course_id: '{B}', content_id: '{B:block}elsewhere', ...practice }),
      { keep: { elsewhere: 'exam_id' } },
    ),
    ...take('erin', 'elsewhere', 'erins'),
    act('erin', 'erins', 'submit'),
    review('erins', 'passed'),
    own('erin'),
    own('erin', 'course_id={B%}'),
    all('coach'),
    ...['other_course_approved', 'not_started', 'verified'].map((status) => all('coach', `?statuses=${status}`)),
    step('staff PUT ~/exam', 200, { exam_id: '{elsewhere}', is_active: false }),
    own('erin'),
    own('erin', 'course_id={B%}', 404),
  ],
};

export const onboardingStories = [tracking, listing, paging, released];
