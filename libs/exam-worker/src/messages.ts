/** The requests of a page to a provider's script, and the two answers to each (domain.md §10.9). */
export const exchanges = {
  start: { asks: 'startExamAttempt', done: 'examAttemptStarted', failed: 'examAttemptStartFailed' },
  end: { asks: 'endExamAttempt', done: 'examAttemptEnded', failed: 'examAttemptEndFailed' },
  ping: { asks: 'ping', done: 'echo', failed: 'pingFailed' },
} as const;

/** A page may send this before its requests: the script's configuration. */
export const config = 'config';
