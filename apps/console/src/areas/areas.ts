import type { ComponentType } from 'react';
import type { Texts } from '../session/locale.js';
import type { Me } from '../session/session.js';

type AreaModule = { default: ComponentType; texts: Texts };

export type Area = {
  /** The area's part of the address. */
  path: string;
  /** Areas of a course get its id by `useCourse`. */
  isOfCourse: boolean;
  /** Others do not see it. The service refuses them all the same. */
  isFor: (me: Me) => boolean;
  load: () => Promise<AreaModule>;
};

const everybody = () => true;
const courseStaff = (me: Me) => me.is_course_staff || me.is_global_staff;
const globalStaff = (me: Me) => me.is_global_staff;
const auditors = (me: Me) => me.is_auditor || courseStaff(me);

export const areas: readonly Area[] = [
  { path: 'exam-day', isOfCourse: true, isFor: courseStaff, load: () => import('./exam-day/index.js') },
  { path: 'attempts', isOfCourse: true, isFor: courseStaff, load: () => import('./attempts/index.js') },
  { path: 'allowances', isOfCourse: true, isFor: courseStaff, load: () => import('./allowances/index.js') },
  { path: 'onboarding', isOfCourse: true, isFor: courseStaff, load: () => import('./onboarding/index.js') },
  { path: 'exams', isOfCourse: true, isFor: courseStaff, load: () => import('./exams/index.js') },
  { path: 'audit', isOfCourse: false, isFor: auditors, load: () => import('./audit/index.js') },
  { path: 'operations', isOfCourse: false, isFor: globalStaff, load: () => import('./operations/index.js') },
  { path: 'my-exams', isOfCourse: false, isFor: everybody, load: () => import('./learner/index.js') },
  { path: 'my-onboarding', isOfCourse: false, isFor: everybody, load: () => import('./my-onboarding/index.js') },
];
