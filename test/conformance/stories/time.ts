import { examFields, exams, practice, proctored, type Step, type Story, step } from '../step.js';

const take = (as: string, exam: string, keep: string, more: object = {}) =>
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, ...more }, { keep: { [keep]: 'exam_attempt_id' } });
const refused = (as: string, status: number, exam: string, more: object = {}) =>
  step(`${as} POST ~/attempt`, status, { exam_id: `{${exam}}`, ...more });
const act = (as: string, attempt: string, action: string, status = 200, wait = 0) =>
  step(`${as} PUT ~/attempt/{${attempt}}`, status, { action }, { wait });
const poll = (as: string, attempt: string, wait = 0) =>
  step(`${as} GET ~/attempt/{${attempt}}`, 200, undefined, { wait });
const current = (as: string, wait = 0) => step(`${as} GET ~/attempt`, 200, undefined, { wait });
const sequence = (as: string, exam: string) =>
  step(`${as} GET ~/attempt/course_id/{A}?content_id={A:block%}${exam}&is_learning_mfe=true`, 200);
const due = (exam: string, date: string | null, user?: string): Partial<Step> => ({
  roster: {
    dates: [
      { course_id: '{A}', content_id: `{A:block}${exam}`, field: 'due', date, ...(user && { user: `{${user}}` }) },
    ],
  },
});
const started = { start_clock: 'true' };
const asProctored = { attempt_proctored: 'true' };

const timingOut: Story = {
  name: 'an attempt times out',
  steps: [
    exams({
      timed: {},
      proctored: { ...proctored, time_limit_mins: 200 },
      none: { time_limit_mins: 0 },
      negative: { time_limit_mins: -75 },
      one: { time_limit_mins: 1 },
    }),
    take('alice', 'timed', 'first', started),
    ...[10, 19, 30, 900, 700, 80, 30, 20].map((wait) => poll('alice', 'first', wait)),
    current('alice', 5),
    poll('alice', 'first', 20),
    current('alice'),
    take('bob', 'timed', 'bobs', started),
    current('bob', 1801),
    current('bob'),
    act('bob', 'bobs', 'stop', 400),
    act('bob', 'bobs', 'error'),
    act('bob', 'bobs', 'submit', 200, 60),
    poll('bob', 'bobs'),
    take('carol', 'timed', 'carols', started),
    act('carol', 'carols', 'stop', 200, 60),
    act('carol', 'carols', 'start', 400, 1800),
    poll('carol', 'carols'),
    take('dave', 'timed', 'daves', started),
    step('dave GET ~/active_attempt', 200, undefined, { wait: 1801 }),
    step('dave GET ~/active_attempt', 200),
    take('erin', 'timed', 'erins', started),
    { ...sequence('erin', 'timed'), wait: 1900 },
    sequence('erin', 'timed'),
    take('alice', 'proctored', 'long', { ...asProctored, ...started }),
    ...[60, 60 * 79, 60 * 59].map((wait) => poll('alice', 'long', wait)),
    current('alice'),
    act('alice', 'long', 'error', 200, 60 * 62),
    ...['none', 'negative', 'one'].flatMap((name) => [
      sequence('bob', name),
      take('bob', name, `${name}Attempt`, started),
      poll('bob', `${name}Attempt`),
      current('bob'),
      sequence('bob', name),
      poll('bob', `${name}Attempt`, 61),
    ]),
    take('erin', 'none', 'nothing', started),
    current('erin'),
    current('erin'),
    take('carol', 'one', 'unread', started),
    step('bob GET ~/attempt/{unread}', 403, undefined, {
      wait: 100,
      note: 'another learner reads an attempt whose time is over',
    }),
    current('carol'),
    poll('carol', 'unread'),
  ],
};

const dueDates: Story = {
  name: 'an exam has a due date',
  steps: [
    exams({
      soon: { ...proctored, due_date: '{now+600}' },
      past: { ...proctored, due_date: '2024-02-01T00:00:00Z' },
      pastTimed: { due_date: '2024-02-01T00:00:00Z' },
      pastPractice: { ...practice, due_date: '2024-02-01T00:00:00Z' },
      open: {},
    }),
    ...['soon', 'past', 'pastTimed', 'pastPractice', 'open'].map((name) => sequence('alice', name)),
    refused('alice', 403, 'past', asProctored),
    refused('alice', 403, 'past'),
    refused('alice', 403, 'pastTimed'),
    refused('alice', 400, 'pastPractice', asProctored),
    take('alice', 'soon', 'first', { ...asProctored, ...started }),
    poll('alice', 'first'),
    sequence('bob', 'soon'),
    poll('alice', 'first', 570),
    { ...sequence('bob', 'soon'), wait: 20 },
    refused('bob', 403, 'soon', asProctored),
    poll('alice', 'first', 60),
    { ...sequence('bob', 'open'), ...due('open', '{now+1200}') },
    { ...sequence('carol', 'open'), ...due('open', '{now+7200}', 'carol') },
    sequence('bob', 'open'),
    take('bob', 'open', 'bobs', started),
    take('carol', 'open', 'carols', started),
    poll('bob', 'bobs'),
    poll('carol', 'carols'),
    { ...sequence('dave', 'open'), ...due('open', '{now-10}') },
    refused('dave', 403, 'open'),
    sequence('carol', 'open'),
    { ...sequence('dave', 'open'), ...due('open', null) },
    { ...sequence('carol', 'open'), ...due('open', null, 'carol') },
    take('dave', 'open', 'daves', started),
    poll('dave', 'daves'),
  ],
};

const creating = (name: string, more: object) =>
  step(
    'staff POST ~/exam',
    200,
    examFields(name, { course_id: '{Ended}', content_id: `{Ended:block}${name}`, ...more }),
    { keep: { [name]: 'exam_id' } },
  );
const ended: Story = {
  name: 'a course has ended',
  steps: [
    creating('timed', {}),
    creating('proctored', proctored),
    creating('onboarding', practice),
    ...['timed', 'proctored', 'onboarding'].map((name) =>
      step(`alice GET ~/attempt/course_id/{Ended}?content_id={Ended:block%}${name}`, 200),
    ),
    refused('alice', 403, 'timed'),
    take('alice', 'proctored', 'one', asProctored),
    take('alice', 'onboarding', 'two', asProctored),
    ...['timed', 'proctored', 'onboarding'].map((name) =>
      step(`alice GET ~/attempt/course_id/{Ended}?content_id={Ended:block%}${name}`, 200),
    ),
  ],
};

const removed: Story = {
  name: 'an attempt whose time is over is removed before a request reads it',
  steps: [
    exams({ exam: proctored, timed: {} }),
    take('alice', 'exam', 'first', { ...asProctored, ...started }),
    step('coach DELETE ~/attempt/{first}', 200, undefined, { wait: 1900 }),
    take('bob', 'exam', 'bobs', { ...asProctored, ...started }),
    act('bob', 'bobs', 'error'),
    step('coach PUT ~/attempt/{bobs}', 200, { action: 'mark_ready_to_resume', user_id: '{bob.id}' }),
    take('bob', 'exam', 'bobsNext', { ...asProctored, ...started }),
    step('coach DELETE ~/exam_id/{exam}/user_id/{bob.id}/reset_attempts', 200, undefined, { wait: 1900 }),
    take('carol', 'timed', 'carols', started),
    step('coach DELETE ~/exam_id/{timed}/user_id/{carol.id}/reset_attempts', 200, undefined, { wait: 1900 }),
  ],
};

const unread: Story = {
  name: 'the time of an attempt is over before a request reads it',
  steps: [
    exams({ exam: proctored, onboarding: practice }),
    take('alice', 'exam', 'reviewed', { ...asProctored, ...started }),
    step('alice GET ~/attempt/{reviewed}', 200, undefined, { keep: { external: 'external_id' } }),
    step('reviewer POST ~/attempt/{external}/reviewed', 500, { status: 'passed', comments: [{}] }, { wait: 1900 }),
    poll('alice', 'reviewed', 60),
    take('bob', 'exam', 'running', { ...asProctored, ...started }),
    step('bob GET ~/attempt/{running}', 200, undefined, { keep: { bobsExternal: 'external_id' } }),
    step('reviewer POST ~/attempt/{bobsExternal}/reviewed', 500, {}, { wait: 1900 }),
    current('bob'),
    current('bob'),
    take('carol', 'onboarding', 'one'),
    step('carol PUT ~/attempt/{one}', 200, { action: 'reset_attempt' }, { keep: { two: 'exam_attempt_id' } }),
    act('carol', 'two', 'start'),
    {
      ...act('carol', 'one', 'reset_attempt', 400),
      wait: 4000,
      note: 'the older one is addressed, the latest is over',
    },
  ],
};

const groups = step('staff GET ~/attempt/grouped/course_id/{A}', 200);
const overUnseen: Story = {
  name: 'the time of a practice attempt is over before the next one begins',
  steps: [
    exams({ practised: practice, timed: {} }),
    take('alice', 'practised', 'first', { ...asProctored, ...started }),
    { ...take('alice', 'practised', 'second', asProctored), wait: 4000 },
    groups,
    take('bob', 'practised', 'bobs', { ...asProctored, ...started }),
    { ...take('bob', 'practised', 'bobsSecond', { ...asProctored, ...started }), wait: 4000 },
    groups,
    take('dave', 'practised', 'daves', { ...asProctored, ...started }),
    { ...take('dave', 'practised', 'davesSecond'), wait: 4000 },
    groups,
    take('carol', 'timed', 'carols', started),
    { ...refused('carol', 400, 'timed', started), wait: 4000 },
    groups,
    poll('carol', 'carols'),
  ],
};

export const timeStories = [timingOut, dueDates, ended, unread, removed, overUnseen];
