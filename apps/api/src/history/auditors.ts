import { eventsOfAttempt } from '#audit';
import type { EventStore, RecordedEvent } from '#event-store';
import { type AttemptStream, staffOfAttempt } from '../attempts/staff-of-attempt.js';
import { existing } from '../http/http-answer.js';

/** A token with this scope passes for every course. */
export const auditor = { scopes: ['audit:read'] };

/** Only staff of the attempt's course, global staff, or auditors see the history. */
export const auditorsOfAttempt = { ...auditor, ...staffOfAttempt };

/** The events of an attempt that the gate has found. @throws NotFoundException */
export const eventsOf = async (store: EventStore, attemptId: string, found: AttemptStream): Promise<RecordedEvent[]> =>
  eventsOfAttempt(Number(attemptId), await store.read(existing(found).stream));
