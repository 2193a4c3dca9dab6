import { examFields, exams, practice, proctored, type Step, type Story, step } from '../step.js';

const path = '/api/edx_proctoring/proctoring_launch_callback/start_exam';
const launch = (code: string, status: number, method = 'GET'): Step => step(`nobody ${method} ${path}/${code}`, status);
const take = (as: string, exam: string, keep: string, more: object = {}): Step[] => [
  step(`${as} POST ~/attempt`, 200, { exam_id: `{${exam}}`, ...more }, { keep: { [keep]: 'exam_attempt_id' } }),
  step(`${as} GET ~/attempt/{${keep}}`, 200, undefined, { keep: { [`${keep}.code`]: 'attempt_code' } }),
];
const poll = (as: string, attempt: string) => step(`${as} GET ~/attempt/{${attempt}}`, 200);
const asProctored = { attempt_proctored: 'true' };

const entering: Story = {
  name: 'a secure browser launches an exam',
  steps: [
    exams({ exam: proctored, onboarding: practice, timed: {} }),
    ...['NOPE', '1', '-', '_'].map((code) => launch(code, 404)),
    ...['a.b', 'a%20b', '', 'NOPE/'].map((code) => launch(code, 404)),
    ...take('alice', 'exam', 'first', asProctored),
    launch('{first.code}', 302),
    poll('alice', 'first'),
    launch('{first.code}', 302),
    poll('alice', 'first'),
    step('alice PUT ~/attempt/{first}', 200, { action: 'start' }),
    launch('{first.code}', 302),
    poll('alice', 'first'),
    launch('{first.code}', 302),
    poll('alice', 'first'),
    ...take('bob', 'exam', 'bobs', asProctored),
    step('bob PUT ~/attempt/{bobs}', 200, { action: 'click_download_software' }),
    ...['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'].map((method) => launch('{bobs.code}', 302, method)),
    poll('bob', 'bobs'),
    step('alice GET /api/edx_proctoring/proctoring_launch_callback/start_exam/{bobs.code}', 302, undefined, {
      headers: { Accept: 'text/html' },
    }),
    ...take('carol', 'timed', 'carols', { start_clock: 'true' }),
    { ...launch('{carols.code}', 302), wait: 1900 },
    poll('carol', 'carols'),
    ...take('dave', 'timed', 'daves'),
    launch('{daves.code}', 302),
    poll('dave', 'daves'),
    ...take('erin', 'onboarding', 'erins'),
    launch('{erins.code}', 302),
    ...take('frank', 'exam', 'franks', asProctored),
    step('frank PUT ~/attempt/{franks}', 200, { action: 'error' }),
    launch('{franks.code}', 302),
    poll('frank', 'franks'),
    step('coach DELETE ~/attempt/{franks}', 200),
    launch('{franks.code}', 404),
    step('staff POST ~/exam', 200, examFields('odd', { content_id: 'é b?#%+', ...proctored }), {
      keep: { odd: 'exam_id' },
    }),
    ...take('grace', 'odd', 'graces', asProctored),
    launch('{graces.code}', 302),
  ],
};

export const launchStories = [entering];
