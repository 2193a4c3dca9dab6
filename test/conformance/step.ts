/** One thing a test does: a request that goes to both servers, or a wait. All texts may hold `{names}`, see World. */
export type Step = {
  note?: string;
  /** A user of the world; nobody: anonymous. */
  as?: string;
  method: string;
  /** Begins with `~~` for `/api/edx_proctoring/v1`, with `~` for `/api/edx_proctoring/v1/proctored_exam`. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  text?: string;
  headers?: Record<string, string>;
  /** Names for values of the answer, by their place: `{ first: 'exam_attempt_id' }`, `{ second: '1.exam_id' }`. */
  keep?: Record<string, string>;
  /** A name for the cookie `exam` of the answer. */
  keepCookie?: string;
  /** No request of its own: what the learner `as` sees in place of an exam, in the browser with that cookie. */
  view?: { exam: string; course: string; contentId: string; graceMins?: number; browser?: string };
  /** The known answer of the reference. */
  status?: number;
  /** Seconds that pass before. */
  wait?: number;
  /** Platform data that is written before, in the words of the roster. */
  roster?: Record<string, unknown[]>;
  /** Settings that are in force from here on. */
  settings?: SettingsChange;
  /** A command of operators, as the service's command line takes it; the request is then the reference's alone. */
  command?: string[];
  /** The next answer of the provider behind REST on a route, in its stub's terms. */
  vendor?: { route: string; status: number; body: unknown; times: number };
};

/** In the words of the reference's `/_oracle/settings`. */
export type SettingsChange = {
  proctoring_settings?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  constants?: Record<string, unknown>;
  /** Attributes of the provider `test`; null takes one away. */
  backends?: { test: Record<string, unknown> };
  switches?: Record<string, boolean>;
};

/** No request: the effects of all that came before are compared. `about`: names a thing that it is about, if it is one. */
export const effectsStep = (about = ''): Step => ({ method: 'EFFECTS', path: about, wait: 0 });

/** No request: the reviews are compared whose attempt is gone. */
export const reviewsOfNobodyStep: Step = { method: 'REVIEWS', path: '' };

/** A course of events in a world of its own. */
export type Story = { name: string; steps: Step[] };

/** `step('alice PUT ~/attempt/{first}', 200, { action: 'start' })`; `nobody` is anonymous. */
export function step(line: string, status: number, body?: unknown, more: Partial<Step> = {}): Step {
  const [as, method, path] = line.split(' ');
  return { ...(as === 'nobody' ? {} : { as }), method, path, status, ...(body === undefined ? {} : { body }), ...more };
}

/** A command of operators beside the management command that the reference has for it. */
export const commandStep = (
  command: string,
  status: number,
  [name, kwargs]: [string, object],
  more: Partial<Step> = {},
) => step(`nobody POST /_oracle/manage/${name}`, status, { kwargs }, { command: command.split(' '), ...more });

/** `step` with a body that is no JSON of ours. */
export const rawStep = (line: string, status: number, text: string, contentType = 'application/json') =>
  step(line, status, undefined, { text, headers: { 'Content-Type': contentType } });

export const examFields = (name: string, more: object = {}) => ({
  course_id: '{A}',
  content_id: `{A:block}${name}`,
  exam_name: `Exam ${name}`,
  time_limit_mins: 30,
  is_proctored: false,
  is_practice_exam: false,
  is_active: true,
  hide_after_due: false,
  external_id: `${name}-ext`,
  ...more,
});

/** Creates the exams of a story with one request; each is then known by its name. */
export const exams = (given: Record<string, object>): Step => ({
  as: 'staff',
  method: 'PATCH',
  path: '~/exam_registration/course_id/{A}',
  body: Object.entries(given).map(([name, more]) => examFields(name, more)),
  keep: Object.fromEntries(Object.keys(given).map((name, index) => [name, `${index}.exam_id`])),
  status: 200,
});

export const proctored = { is_proctored: true };
export const practice = { is_proctored: true, is_practice_exam: true };
