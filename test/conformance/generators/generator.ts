import type { Attempt, Exam, Model } from '../model.js';
import type { Step } from '../step.js';

/** A kind of request of the walk. `weight` says how often it occurs. */
export type Generator = { weight: number; make(model: Model): Step[] };

export const withExam =
  (make: (exam: Exam, model: Model) => Step[]): Generator['make'] =>
  (model) =>
    make(model.random.pick(model.exams), model);

/** Uses one of the latest attempts, whose states are more interesting. Makes nothing if there is no attempt yet. */
export const withAttempt =
  (make: (attempt: Attempt, model: Model) => Step[]): Generator['make'] =>
  (model) =>
    model.attempts.length > 0 ? make(model.random.pick(model.attempts.slice(-12)), model) : [];

export const userOf = (name: string) => ({ user_id: `{${name}.id}` });

/** The exam's content id as a query: `{A:block}x` becomes `content_id={A:block%}x`. */
export const queryOf = ({ fields }: Exam) => `content_id=${String(fields.content_id).replace('}', '%}')}`;
