import type { Release } from '../../libs/domain/src/index.js';

/** One step of a test, mostly a request to both servers. All texts may have `{names}`, see World. */
export type Step = {
  note?: string;
  /** A user of the world; undefined for anonymous. */
  as?: string;
  method: string;
  /** Begins with `~~` for `/api/edx_proctoring/v1`, with `~` for `/api/edx_proctoring/v1/proctored_exam`. */
  path: string;
  /** It is sent as JSON. */
  body?: unknown;
  /** A body that is sent as it is. */
  text?: string;
  headers?: Record<string, string>;
  /** Names for values of the answer, with their paths: `{ first: 'exam_attempt_id' }`, `{ second: '1.exam_id' }`. */
  keep?: Record<string, string>;
  /** A name for the cookie `exam` of the answer. */
  keepCookie?: string;
  /** Instead of a request: the page that the learner `as` sees in place of an exam, in a browser with that cookie. */
  view?: { exam: string; course: string; contentId: string; graceMins?: number; browser?: string };
  /** The expected status of the reference. */
  status?: number | Record<Release, number>;
  /** Seconds that pass before the step. */
  wait?: number;
  /** Platform data that is written before the step, in the format of the roster. */
  roster?: Record<string, unknown[]>;
  /** Settings that apply from this step on. */
  settings?: SettingsChange;
  /** An operators' command, which the service runs instead of the request. */
  command?: string[];
  /** The next answers of the REST provider on a route, in the format of its stub. */
  providerAnswer?: { route: string; status: number; body: unknown; times: number; path?: string; delay?: number };
};

/** In the format of the reference's `/_oracle/settings`. */
export type SettingsChange = {
  proctoring_settings?: Record<string, unknown>;
  settings?: Record<string, unknown>;
  constants?: Record<string, unknown>;
  /**
   * Attributes of the provider `test`; null removes one. The provider `mock` is null once it is not configured any more.
   * `rest`: the time limit of its calls in seconds.
   */
  backends?: { test?: Record<string, unknown>; mock?: null; rest?: { timeout: number } };
  switches?: Record<string, boolean>;
};

/** Compares the effects of all earlier steps. `about` names the exam of a difference, so that `shrink` keeps its steps. */
export const effectsStep = (about = ''): Step => ({ method: 'EFFECTS', path: about, wait: 0 });

/** Compares the reviews whose attempt is removed. */
export const reviewsOfNobodyStep: Step = { method: 'REVIEWS', path: '' };

/** Steps in a fresh world. `release`: the only release of the reference that has what they show. */
export type Story = { name: string; steps: Step[]; release?: Release };

/** `step('alice PUT ~/attempt/{first}', 200, { action: 'start' })`; `nobody` is anonymous. */
export function step(
  line: string,
  status: NonNullable<Step['status']>,
  body?: unknown,
  more: Partial<Step> = {},
): Step {
  const [as, method, path] = line.split(' ');
  return { ...(as === 'nobody' ? {} : { as }), method, path, status, ...(body === undefined ? {} : { body }), ...more };
}

/** An operators' command, with the management command of the reference for the same purpose. */
export const commandStep = (
  command: string,
  status: number,
  [name, kwargs]: [string, object],
  more: Partial<Step> = {},
) => step(`nobody POST /_oracle/manage/${name}`, status, { kwargs }, { command: command.split(' '), ...more });

/** A `step` with a body of any text. */
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

/** Creates the exams of a story with one request, and keeps their ids under their names. */
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
