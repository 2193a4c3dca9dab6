import { streamOfAttempt } from '#read-models';
import type { Addressed } from '../auth/authentication.js';

/** For the gate of a route that names an attempt: staff of the attempt's course, and global staff. */
export const staffOfAttempt = {
  loads: ({ database, params, caller }: Addressed) => streamOfAttempt(database, params.attemptId, caller.userId),
  courses: ({ loaded }: Addressed) => loaded?.isStaff || loaded?.courseId,
};

export type AttemptStream = Awaited<ReturnType<typeof streamOfAttempt>>;
