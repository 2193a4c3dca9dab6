import type { Event } from '../event.js';
import { type Attempt, evolveAttempt, isAttemptEvent } from './attempt.js';
import { isInProgress } from './attempt.statuses.js';
import type { Outage } from './running-attempt.events.js';

/** The seconds of the outage in which an attempt ran, without its pauses. `history` is the stream of its learner at the exam. */
export const secondsLost = (history: readonly Event[], attemptId: number, { from, until }: Outage): number => {
  let attempt: Attempt | undefined;
  let since = from;
  let ms = 0;
  const runUntil = (end: string) => {
    if (!attempt || !isInProgress(attempt.status) || attempt.pausedAt !== null) return;
    ms += Math.max(0, Math.min(Date.parse(end), Date.parse(until)) - Math.max(Date.parse(since), Date.parse(from)));
  };
  for (const event of history) {
    if (!isAttemptEvent(event) || event.data.attemptId !== attemptId) continue;
    runUntil(event.type === 'AttemptSubmitted' ? event.data.completedAt : event.data.at);
    attempt = evolveAttempt(attempt, event);
    since = event.data.at;
  }
  runUntil(until);
  return Math.ceil(ms / 1000);
};
