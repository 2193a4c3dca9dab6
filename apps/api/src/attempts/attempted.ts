import type { AttemptRecord } from '#read-models';
import type { Caller } from '#roster';

/** The beginning of a refusal. It names the caller, never the attempt's learner (edx-exams.md H21). */
export const attempted = (what: 'update' | 'delete', { id, exam }: AttemptRecord, { userId }: Caller) =>
  `user_id=${userId} attempted to ${what} attempt_id=${id} in course_id=${exam.courseId}`;
