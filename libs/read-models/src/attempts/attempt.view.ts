import { type Attempt, type AttemptEvent, evolveAttempt, expiryOf, isAttemptEvent, isIncomplete } from '#domain';
import type { Projection } from '../projection.js';

export const attemptProjection: Projection = {
  table: 'attempts',
  fields: [
    'id',
    'examId',
    'generationId',
    'userId',
    'attemptCode',
    'externalId',
    'status',
    'takingAsProctored',
    'isSampleAttempt',
    'reviewPolicyId',
    'startedAt',
    'completedAt',
    'allowedTimeLimitMins',
    'extraSeconds',
    'pausedAt',
    'pausedMs',
    'isStatusAcknowledged',
    'timeRemainingSeconds',
    'isResumable',
    'readyToResume',
    'resumed',
    'created',
    'modified',
    'expiresAt',
  ],
  idOf: (event) => (isAttemptEvent(event) ? event.data.attemptId : undefined),
  evolve: (row: Attempt | undefined, event: AttemptEvent) => {
    const attempt = evolveAttempt(row, event);
    return attempt && { ...attempt, expiresAt: isIncomplete(attempt.status) ? expiryOf(attempt) : null };
  },
  derived: 'select keep_all_onboarding()',
};
