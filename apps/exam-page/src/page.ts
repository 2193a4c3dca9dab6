// The page of an exam, for platforms without a learning front end: it shows the service's page for the learner, or the running
// exam.
import { OwnRequests, Refused } from './own-requests.js';
import { RunningExam } from './running-exam.js';
import { PageTexts } from './texts.js';

// The DOM of the browser. The compiler's library would declare `window` in the whole service.
declare const document: any;
declare const location: { href: string; hash: string; pathname: string; search: string };

const worker: typeof import('#exam-worker') = await import(new URL('/exam-worker/index.js', location.href).href);
const main = document.querySelector('main');
const view = document.querySelector('[data-view]');
const heading = document.querySelector('h1');
const { course, content, contentUrl, frameUrl } = main.dataset;
const texts = new PageTexts(JSON.parse(main.dataset.texts), document.documentElement.lang);
const requests = new OwnRequests(worker, document.documentElement.lang);
const exams = '/api/edx_proctoring/v1/proctored_exam';
const query = `content_id=${encodeURIComponent(content)}`;

const running = new RunningExam({ worker, texts, requests, contentUrl, frameUrl, changed: () => show(true) });

/** Shows what the learner sees now. After an action the focus moves to the new heading. */
async function show(movesFocus = false): Promise<void> {
  const page = await requests.get(`${exams}/student_view/course_id/${course}?${query}`);
  running.end();
  if (page.html) {
    name(page.context.exam_name ?? page.context.exam_display_name);
    view.innerHTML = page.html;
    worker.bindStudentView(view.firstElementChild, () => show());
    if (movesFocus) view.querySelector('h2').focus();
    return;
  }
  const { exam } = await requests.get(`${exams}/attempt/course_id/${course}?${query}`);
  name(exam.exam_name ?? exam.name);
  const isRunning = exam.attempt?.attempt_status === 'started';
  view.replaceChildren(document.getElementById(isRunning ? 'running' : 'open').content.cloneNode(true));
  view.querySelector('[data-content-link]').href = contentUrl;
  if (isRunning) running.begin(view.firstElementChild, exam.attempt);
  view.querySelector('h2').focus();
}

function name(exam: string) {
  heading.textContent = exam;
  document.title = exam;
}

/** Failures before anything is shown. A running exam says itself that the connection is lost. */
async function open(): Promise<void> {
  try {
    await requests.logIn();
    await show();
  } catch (error) {
    const status = error instanceof Refused ? error.status : 0;
    const id = { 401: 'signed-out', 403: 'signed-out', 404: 'unknown' }[status] ?? 'failed';
    view.replaceChildren(document.getElementById(id).content.cloneNode(true));
    const again = view.querySelector('[data-again]');
    if (again) again.onclick = () => void open();
  }
}

await open();
