/** The requests of a page to a provider's script, and the two answers to each (domain.md §10.9). */
export const exchanges = {
  start: { asks: 'startExamAttempt', done: 'examAttemptStarted', failed: 'examAttemptStartFailed' },
  end: { asks: 'endExamAttempt', done: 'examAttemptEnded', failed: 'examAttemptEndFailed' },
  ping: { asks: 'ping', done: 'echo', failed: 'pingFailed' },
} as const;

/** The message with the script's options. A page may send it before its requests. */
export const config = 'config';
