// An example of a learner's page: it shows the page of the service, or the exam itself while it runs.
declare const document: any;
declare const location: { href: string; search: string };

const { ProctoredExam, bindStudentView }: typeof import('#exam-worker') = await import(
  new URL('/exam-worker/index.js', location.href).href
);
const exams = '/api/edx_proctoring/v1/proctored_exam';
const query = new URLSearchParams(location.search);
const course = query.get('course');
const content = `content_id=${encodeURIComponent(query.get('content') ?? '')}`;
const main = document.querySelector('main');

async function ask(path: string): Promise<any> {
  const answer = await fetch(`${exams}/${path}`, { headers: { 'USE-JWT-COOKIE': 'true' } });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

let ticking: ReturnType<typeof setInterval> | undefined;

/** Loads everything before it shows anything, so that each visible button works. */
async function show() {
  const { html } = await ask(`student_view/course_id/${course}?${content}`);
  const attempt = html ? undefined : (await ask(`attempt/course_id/${course}?${content}`)).exam.attempt;
  clearInterval(ticking);
  main.innerHTML =
    html ?? '<p>What is the question?</p><p role="timer"></p><button>I am done</button><p role="status"></p>';
  if (html) return bindStudentView(main.firstElementChild, show);
  const exam = new ProctoredExam(attempt);
  exam.watch(show);
  main.querySelector('button').onclick = () =>
    exam
      .stop()
      .then(show)
      .catch(() => {
        main.querySelector('[role=status]').textContent = 'That did not work. Try again, or reload the page.';
      });
  const end = Date.now() + attempt.time_remaining_seconds * 1000;
  const tick = () => {
    main.querySelector('[role=timer]').textContent = String(Math.max(Math.ceil((end - Date.now()) / 1000), 0));
  };
  tick();
  ticking = setInterval(tick, 1000);
}

await show();
