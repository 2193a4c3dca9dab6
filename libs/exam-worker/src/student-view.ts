import { WorkerFailure } from './exam-worker.js';
import { ProctoredExam } from './proctored-exam.js';
import { send } from './requests.js';

// Types of the browser.
type Data = { readonly dataset: Readonly<Record<string, string | undefined>> };
type Button = Data & { disabled: boolean; onclick: () => void };
type Form = Data & {
  onsubmit: (event: { preventDefault(): void }) => void;
  getAttribute(name: string): string;
  querySelector(selector: 'button'): Button;
};
type Section = Data & { querySelector(selector: string): any; querySelectorAll(selector: string): Iterable<any> };
declare const FormData: new (form: Form) => Iterable<[string, string]>;
declare const document: { getElementById(id: string): { focus(): void } | null };
declare const location: { reload(): void };
declare const navigator: { clipboard: { writeText(text: string): Promise<void> } };
declare const open: (url: string) => object | null;

/**
 * Makes the forms work on a page that GET student_view answered: they send their requests, together with the provider's
 * software. Calls `changed` when the learner should get another page; the button waits for its promise. Then the focus moves
 * to the heading of the new page, so that a screen reader reads it.
 */
export function bindStudentView(section: Section, changed: () => unknown = () => location.reload()): void {
  const {
    attemptId,
    attemptExternalId = '',
    workerUrl = '',
    pingInterval,
    interstitial,
    failed = '',
  } = section.dataset;
  const exam = new ProctoredExam({
    attempt_id: Number(attemptId),
    external_id: attemptExternalId,
    ping_interval: Number(pingInterval),
    desktop_application_js_url: workerUrl,
  });
  const say = (text = '') => {
    section.querySelector('[data-message]').textContent = text;
  };

  /** The actions that do more than send a request. False: the page stays as it is. */
  const actions: Record<string, (form: Form) => Promise<unknown>> = {
    submit: () =>
      exam.submit().catch((error) => {
        if (!(error instanceof WorkerFailure)) throw error; // the exam is submitted, even if the software does not end
      }),
    ...(interstitial === 'ready_to_start' && { start: () => exam.start() }),
    check_ready: async (form) => (await isReady(form.getAttribute('action'))) || stay(form.dataset.notDone),
    click_download_software: async (form) => {
      const { polls = '', opens = '', done, blocked } = form.dataset;
      if (await isReady(polls)) return stay(done);
      if (!open(opens)) return stay(blocked);
      await request(form);
      return false;
    },
  };
  const stay = (text?: string) => {
    say(text);
    return false;
  };

  let hasChanged = false;
  /** After an action succeeded, only the next page is missing. So every further press just asks for that page. */
  const press = async (form: Form) => {
    const act = actions[form.dataset.action ?? ''] ?? request;
    hasChanged ||= (await act(form)) !== false;
    if (!hasChanged) return;
    await changed();
    document.getElementById('proctoring-title')?.focus();
  };

  for (const form of section.querySelectorAll('form[data-action]') as Iterable<Form>) {
    const button = form.querySelector('button');
    form.onsubmit = async (event) => {
      event.preventDefault();
      say();
      button.disabled = true;
      await press(form).catch(() => say(failed));
      button.disabled = false;
    };
  }
  for (const button of section.querySelectorAll('button[data-copies]') as Iterable<Button>)
    button.onclick = () => {
      const { value } = section.querySelector(`[data-${button.dataset.copies}]`);
      copy(value).then(
        () => say(button.dataset.done),
        () => say(failed),
      );
    };
}

const request = (form: Form) =>
  send(form.dataset.method ?? 'PUT', form.getAttribute('action'), Object.fromEntries(new FormData(form)));

/** Throws if the browser does not allow it, or has no clipboard (a page without TLS). */
const copy = async (text: string) => navigator.clipboard.writeText(text);

const isReady = async (url: string): Promise<boolean> => (await send('GET', url)).status === 'ready_to_start';
