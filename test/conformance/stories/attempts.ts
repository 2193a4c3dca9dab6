import { exams, practice, proctored, rawStep, type Step, type Story, step } from '../step.js';

const take = (as: string, exam: string, keep: string, more: object = {}, wait = 0) =>
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, ...more }, { keep: { [keep]: 'exam_attempt_id' }, wait });
const withProctoring = { attempt_proctored: 'true' };
const started = { start_clock: 'true' };
const create = (as: string, status: number, body: unknown) => step(`${as} POST ~/attempt`, status, body);
const act = (as: string, attempt: string, action: unknown, status = 200, more: object = {}, wait = 0) =>
  step(`${as} PUT ~/attempt/{${attempt}}`, status, { action, ...more }, { wait });
const poll = (as: string, attempt: string, status = 200, wait = 0) =>
  step(`${as} GET ~/attempt/{${attempt}}`, status, undefined, { wait });
const current = (as: string, wait = 0): Step[] => [
  step(`${as} GET ~/attempt`, 200, undefined, { wait }),
  step(`${as} GET ~/active_attempt`, 200),
];
const sequence = (as: string, exam: string, query = '') =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}${query}`, 200);

const timed: Story = {
  name: 'a timed exam from beginning to end',
  steps: [
    exams({ timed: {}, other: { time_limit_mins: 61 } }),
    ...current('alice'),
    sequence('alice', 'timed', '&is_learning_mfe=true'),
    create('alice', 400, { exam_id: 999_999_999 }),
    take('alice', 'timed', 'first'),
    create('alice', 400, { exam_id: '{timed}' }),
    poll('alice', 'first'),
    sequence('alice', 'timed'),
    act('alice', 'first', 'start'),
    act('alice', 'first', 'start', 400),
    poll('alice', 'first', 200, 63),
    ...['bob', 'staff', 'coach', 'root', 'reviewer', 'nobody'].map((as) => poll(as, 'first', 403)),
    ...['bob', 'staff', 'coach'].map((as) => act(as, 'first', 'submit', 403)),
    ...current('alice', 240),
    step('staff GET ~/active_attempt?user_id={alice.id}', 200),
    step('bob GET ~/active_attempt?user_id={alice.id}', 403),
    sequence('alice', 'timed', '&is_learning_mfe=true'),
    sequence('alice', 'other'),
    act('alice', 'first', 'stop'),
    ...current('alice'),
    act('alice', 'first', 'start'),
    act('alice', 'first', 'stop'),
    act('alice', 'first', 'submit', 200, {}, 600),
    poll('alice', 'first'),
    ...current('alice'),
    sequence('alice', 'timed'),
    ...['start', 'stop', 'click_download_software'].map((action) => act('alice', 'first', action, 400)),
    act('alice', 'first', 'error'),
    act('alice', 'first', 'submit', 200, {}, 60),
    poll('alice', 'first'),
    take('bob', 'timed', 'bobs', started),
    poll('bob', 'bobs'),
    take('bob', 'other', 'bobsOther', { start_clock: 'TRUE' }, 60),
    ...current('bob'),
    act('bob', 'bobs', 'click_download_software', 200, {}, 30),
    poll('bob', 'bobs'),
    ...current('bob'),
    take('staff', 'other', 'staffs', started),
    poll('staff', 'staffs'),
    create('dave', 500, { exam_id: '{timed}', ...withProctoring }),
  ],
};

const oddCreation: Story = {
  name: 'an attempt is created with odd values',
  steps: [
    exams({ timed: {}, odd: { is_practice_exam: true } }),
    ...[{}, undefined, { exam_id: null }, ...[0, -1, false, '999999999', '000'].map((exam_id) => ({ exam_id }))].map(
      (body) => create('alice', 400, body),
    ),
    ...['', 'x', '1.5', [], {}, 1e20].map((exam_id) => create('alice', 500, { exam_id })),
    ...[[], 'exam_id', 5, null].map((body) => create('alice', 500, body)),
    rawStep('alice POST ~/attempt', 400, '{"exam_id":'),
    rawStep('nobody POST ~/attempt', 403, '{'),
    rawStep('alice POST ~/attempt', 415, 'x', 'text/plain'),
    ...['start_clock', 'attempt_proctored'].flatMap((field) => [
      ...[true, false, null, 1, [], {}].map((value) => create('alice', 500, { exam_id: '{timed}', [field]: value })),
      ...['yes', '1', '', ' true'].map((value) => create('alice', 400, { exam_id: 999_999_999, [field]: value })),
    ]),
    create('alice', 200, { exam_id: '{timed:text}', start_clock: ' true', user_id: '{bob.id}', external_id: 'x' }),
    step('bob GET ~/attempt', 200),
    rawStep('carol POST ~/attempt', 200, 'exam_id={timed}&start_clock=True', 'application/x-www-form-urlencoded'),
    ...current('carol'),
    take('bob', 'odd', 'one'),
    take('bob', 'odd', 'two', started),
    create('bob', 500, { exam_id: '{odd}', ...withProctoring }),
    poll('bob', 'two'),
    sequence('bob', 'odd', '&is_learning_mfe=1'),
    ...['PUT', 'DELETE', 'PATCH'].map((method) => step(`alice ${method} ~/attempt`, 405)),
  ],
};

const oddActions: Story = {
  name: 'an attempt is changed in odd ways',
  steps: [
    exams({ timed: {} }),
    take('alice', 'timed', 'first'),
    ...['alice', 'staff'].map((as) => step(`${as} PUT ~/attempt/999999999`, 400, { action: 'start' })),
    rawStep('alice PUT ~/attempt/999999999', 400, '{'),
    rawStep('alice PUT ~/attempt/{first}', 400, '{'),
    rawStep('bob PUT ~/attempt/{first}', 400, '{'),
    rawStep('bob PUT ~/attempt/{first}', 415, 'x', 'text/plain'),
    step('alice PUT ~/attempt/{first}', 500),
    ...[{}, [], 'x', 5, null].map((body) => step('alice PUT ~/attempt/{first}', 500, body)),
    ...[null, '', 5, true, [], 'dance', 'START', 'start '].map((action) => act('alice', 'first', action, 500)),
    ...[undefined, null, 5, 'dance', 'start', 'mark_ready_to_resume'].map((action) => act('bob', 'first', action, 403)),
    act('nobody', 'first', 'start', 403),
    ...['{alice.id}', '{alice.id:text}', 'x', 1.5, true, 99].map((user_id) =>
      act('alice', 'first', 'submit', 403, { user_id }),
    ),
    ...['coach', 'staff', 'bob'].map((as) => act(as, 'first', 'submit', 403, { user_id: '{alice.id}' })),
    ...['', 0, null, false, [], {}].map((user_id) => act('alice', 'first', 'stop', 200, { user_id })),
    ...['coach', 'staff'].flatMap((as) => [
      ...['{alice.id}', '{alice.id:text}'].map((user_id) => act(as, 'first', 'mark_ready_to_resume', 400, { user_id })),
      ...['{bob.id}', 99, true].map((user_id) => act(as, 'first', 'mark_ready_to_resume', 403, { user_id })),
      ...['x', [1], { a: 1 }].map((user_id) => act(as, 'first', 'mark_ready_to_resume', 500, { user_id })),
    ]),
    ...['bob', 'otherCoach', 'reviewer'].map((as) =>
      act(as, 'first', 'mark_ready_to_resume', 403, { user_id: '{alice.id}' }),
    ),
    poll('alice', 'first'),
    rawStep('alice PUT ~/attempt/{first}', 200, 'action=start&detail=x', 'application/x-www-form-urlencoded'),
    poll('alice', 'first'),
    step('alice GET ~/attempt/999999999', 400),
    step('alice GET ~/attempt/0', 400),
    ...['GET', 'PUT', 'DELETE'].map((method) =>
      step(`alice ${method} ~/attempt/99999999999999999999`, 500, { action: 'start' }),
    ),
    ...['POST', 'PATCH'].map((method) => step(`alice ${method} ~/attempt/{first}`, 405)),
    ...['GET', 'PUT', 'DELETE'].flatMap((method) =>
      ['abc', '-1', '{first}/', ''].map((id) => step(`alice ${method} ~/attempt/${id}`, 404, { action: 'start' })),
    ),
    act('alice', 'first', 'mark_ready_to_resume', 400),
  ],
};

const declined: Story = {
  name: 'an attempt is declined',
  steps: [
    exams({
      first: proctored,
      second: proctored,
      third: proctored,
      onboarding: practice,
      timed: {},
      hidden: { ...proctored, is_active: false },
    }),
    take('carol', 'third', 'running', { ...withProctoring, ...started }),
    take('carol', 'second', 'submitted', { ...withProctoring, ...started }),
    act('carol', 'submitted', 'submit'),
    take('carol', 'first', 'declined', started),
    poll('carol', 'declined'),
    poll('carol', 'running'),
    poll('carol', 'submitted'),
    ...['first', 'second', 'third', 'onboarding', 'timed', 'hidden'].map((name) => sequence('carol', name)),
    act('carol', 'declined', 'start', 400),
    create('carol', 400, { exam_id: '{third}', ...withProctoring }),
    take('carol', 'onboarding', 'practice'),
    poll('carol', 'practice'),
    take('alice', 'timed', 'timedOne', started),
    act('alice', 'timedOne', 'decline'),
    poll('alice', 'timedOne'),
    sequence('alice', 'first'),
    act('alice', 'timedOne', 'decline'),
    take('bob', 'first', 'bobs', withProctoring),
    act('bob', 'bobs', 'decline'),
    poll('bob', 'bobs'),
    sequence('bob', 'second'),
    act('bob', 'bobs', 'submit'),
    poll('bob', 'bobs'),
  ],
};

const resumed: Story = {
  name: 'an attempt fails and is resumed',
  steps: [
    exams({ exam: { ...proctored, time_limit_mins: 90 }, timed: {} }),
    take('dave', 'exam', 'broken', withProctoring),
    act('dave', 'broken', 'start'),
    act('dave', 'broken', 'error', 200, { detail: { any: ['thing'] } }, 1200),
    poll('dave', 'broken'),
    sequence('dave', 'exam'),
    create('dave', 400, { exam_id: '{exam}', ...withProctoring }),
    act('bob', 'broken', 'mark_ready_to_resume', 403, { user_id: '{dave.id}' }),
    act('coach', 'broken', 'mark_ready_to_resume', 200, { user_id: '{dave.id:text}' }),
    poll('dave', 'broken'),
    act('coach', 'broken', 'mark_ready_to_resume', 400, { user_id: '{dave.id}' }),
    sequence('dave', 'exam', '&is_learning_mfe=true'),
    take('dave', 'exam', 'second', withProctoring, 300),
    poll('dave', 'second'),
    poll('dave', 'broken'),
    sequence('dave', 'exam'),
    act('dave', 'broken', 'start', 200, {}, 10),
    poll('dave', 'second'),
    ...current('dave', 100),
    act('dave', 'second', 'error', 200, {}, 600),
    act('staff', 'second', 'mark_ready_to_resume', 200, { user_id: '{dave.id}' }),
    take('dave', 'exam', 'third'),
    poll('dave', 'third'),
    act('dave', 'third', 'error'),
    poll('dave', 'third'),
    create('dave', 400, { exam_id: '{exam}', ...withProctoring }),
    take('erin', 'exam', 'unstarted', withProctoring),
    act('erin', 'unstarted', 'error'),
    poll('erin', 'unstarted'),
    act('staff', 'unstarted', 'mark_ready_to_resume', 200, { user_id: '{erin.id}' }),
    take('erin', 'exam', 'again', { ...withProctoring, ...started }),
    poll('erin', 'again'),
    take('alice', 'timed', 'timedOne', started),
    act('alice', 'timedOne', 'error', 200, {}, 29 * 60 + 30),
    act('coach', 'timedOne', 'mark_ready_to_resume', 200, { user_id: '{alice.id}' }),
    take('alice', 'timed', 'short', started),
    poll('alice', 'short'),
    poll('alice', 'timedOne'),
    take('bob', 'timed', 'own', started),
    act('bob', 'own', 'error', 200, {}, 60),
    act('bob', 'own', 'mark_ready_to_resume', 200, {}),
  ],
};

export const attemptStories = [timed, oddCreation, oddActions, declined, resumed];
