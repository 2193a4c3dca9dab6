import type { Attempt, Exam, Model } from '../model.js';
import type { Step } from '../step.js';

/** A kind of request that the walk makes, some more often than others. A later route is one more row of a table. */
export type Generator = { weight: number; make(model: Model): Step[] };

export const withExam =
  (make: (exam: Exam, model: Model) => Step[]): Generator['make'] =>
  (model) =>
    make(model.random.pick(model.exams), model);

/** Nothing while there is no attempt yet; the latest ones are likelier to be in an interesting state. */
export const withAttempt =
  (make: (attempt: Attempt, model: Model) => Step[]): Generator['make'] =>
  (model) =>
    model.attempts.length > 0 ? make(model.random.pick(model.attempts.slice(-12)), model) : [];

export const userOf = (name: string) => ({ user_id: `{${name}.id}` });

/** The exam's content id as a query: `{A:block}x` becomes `content_id={A:block%}x`. */
export const queryOf = ({ fields }: Exam) => `content_id=${String(fields.content_id).replace('}', '%}')}`;
