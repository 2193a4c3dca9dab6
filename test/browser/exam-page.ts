import type { AttemptTimer } from '#exam-worker';

// A learner's page as small as it can be: it shows where the attempt is, and what the learner can do about it.
declare const document: any;
declare const location: { href: string; search: string };

type Attempt = AttemptTimer & {
  attempt_status: string;
  attempt_ready_to_resume: boolean;
  time_remaining_seconds: number;
  exam_started_poll_url: string;
  software_download_url?: string;
};

const { ProctoredExam, putAction }: typeof import('#exam-worker') = await import(
  new URL('/exam-worker/index.js', location.href).href
);
const root = '/api/edx_proctoring/v1/proctored_exam/attempt';
const query = new URLSearchParams(location.search);
const [status, timer, doing] = ['status', 'timer', 'doing'].map((id) => document.getElementById(id));

async function ask(url: string, body?: object): Promise<any> {
  const [, csrfToken = ''] = /csrftoken=([^;]*)/.exec(document.cookie) ?? [];
  const headers = { 'Content-Type': 'application/json', 'USE-JWT-COOKIE': 'true', 'X-CSRFToken': csrfToken };
  const answer = await fetch(url, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

function offer(name: string, act: () => Promise<unknown>) {
  const button = document.createElement('button');
  button.textContent = name;
  button.onclick = async () => {
    button.disabled = true;
    await act().then(show, (error: Error) => {
      status.textContent = `That did not work. Is your proctoring software running? (${error.message})`;
      button.disabled = false;
    });
  };
  doing.append(button);
}

const create = (examId: number) => () =>
  ask(root, { exam_id: examId, start_clock: 'false', attempt_proctored: 'true' });

async function show(): Promise<void> {
  const { exam } = await ask(
    `${root}/course_id/${query.get('course')}?content_id=${encodeURIComponent(query.get('content')!)}`,
  );
  const attempt: Attempt | undefined = exam.attempt.attempt_id && exam.attempt;
  const now = attempt?.attempt_ready_to_resume ? 'ready_to_resume' : (attempt?.attempt_status ?? 'entrance');
  doing.replaceChildren();
  clearInterval(ticking);
  timer.textContent = '';
  status.textContent = now;
  if (!attempt || now === 'ready_to_resume') return offer('Set up proctoring', create(exam.id));
  const proctored = new ProctoredExam(attempt);
  if (now === 'created' || now === 'download_software_clicked') await install(attempt);
  if (now === 'ready_to_start') offer('Start my exam', () => proctored.start());
  if (now === 'started') {
    run(attempt.time_remaining_seconds);
    doing.append('Question 1: what is the question?');
    offer('End my exam', () => proctored.stop());
    proctored.watch(show);
  }
  if (now === 'ready_to_submit') {
    offer('Hand in', () => proctored.submit());
    offer('Back to my exam', () => putAction(attempt.attempt_id, 'start'));
  }
}

let ticking: ReturnType<typeof setInterval> | undefined;

function run(seconds: number) {
  const end = Date.now() + seconds * 1000;
  const tick = () => {
    timer.textContent = String(Math.max(Math.ceil((end - Date.now()) / 1000), 0));
  };
  tick();
  ticking = setInterval(tick, 1000);
}

/** To the vendor's page, in a window of its own; this one waits until the vendor says that the learner is ready. */
async function install(attempt: Attempt) {
  const link = document.createElement('a');
  Object.assign(link, {
    href: attempt.software_download_url,
    target: '_blank',
    textContent: 'Get the proctoring software',
  });
  link.onclick = () => void putAction(attempt.attempt_id, 'click_download_software');
  doing.append(link);
  const wait = async () => {
    const { status: polled } = await ask(attempt.exam_started_poll_url);
    if (polled === 'ready_to_start') return show();
    setTimeout(wait, 200);
  };
  setTimeout(wait, 200);
}

await show();
