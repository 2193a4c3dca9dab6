import { courseConfiguration } from './exams/course-configuration.js';
import { exam } from './exams/exam.js';
import { learnerAtExam } from './learner-at-exam/learner-at-exam.decider.js';
import { learner } from './learners/learner.js';
import { logKeys } from './log-keys/log-keys.js';

/** For each event type: functions that turn data of schema version n (the key) into data of version n + 1. */
export type Upcasters = { [type: string]: { [from: number]: (data: any) => object } };

/** Empty so far: no type has a second schema version. */
const changed: Upcasters = {};

const types = [exam, courseConfiguration, learnerAtExam, learner, logKeys].flatMap(({ evolve }) => Object.keys(evolve));

/** All event types of this code. Every reader of the log uses it, and stops before an event that is newer. */
export const upcasters: Upcasters = Object.fromEntries(types.map((type) => [type, changed[type] ?? {}]));
