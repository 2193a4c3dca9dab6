import { exam } from './exams/exam.js';
import { learnerAtExam } from './learner-at-exam/learner-at-exam.decider.js';
import { learner } from './learners/learner.js';

/** Every event type that is known, and how its data of schema version n (the key) becomes that of n + 1. */
export type Upcasters = { [type: string]: { [from: number]: (data: any) => object } };

/** None so far: every type is as it was first written. */
const changed: Upcasters = {};

const types = [exam, learnerAtExam, learner].flatMap(({ evolve }) => Object.keys(evolve));

/** The events that this code knows. Every reader of the log uses it, and stops before an event that is newer. */
export const upcasters: Upcasters = Object.fromEntries(types.map((type) => [type, changed[type] ?? {}]));
