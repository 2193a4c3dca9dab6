import { NotFoundException } from '@nestjs/common';
import { streamOfAttempt } from '#read-models';
import type { Addressed } from '../auth/authentication.js';

/** A token with this scope passes for every course. */
export const auditor = { scopes: ['audit:read'] };

/** Only staff of the attempt's course, global staff, or auditors see the history. */
export const auditorsOfAttempt = {
  ...auditor,
  loads: ({ database, params, caller }: Addressed) => streamOfAttempt(database, params.attemptId, caller.userId),
  courses: ({ loaded }: Addressed) => loaded?.isStaff || loaded?.courseId,
};

export type AttemptStream = Awaited<ReturnType<typeof streamOfAttempt>>;

export function existing(found: AttemptStream) {
  if (!found) throw new NotFoundException();
  return found;
}
