/** What a page asks of a provider's script, and the two answers to it (domain.md §10.9). */
export const exchanges = {
  start: { asks: 'startExamAttempt', done: 'examAttemptStarted', failed: 'examAttemptStartFailed' },
  end: { asks: 'endExamAttempt', done: 'examAttemptEnded', failed: 'examAttemptEndFailed' },
  ping: { asks: 'ping', done: 'echo', failed: 'pingFailed' },
} as const;

/** What else a page may say, before it asks: how the script is to be set up. */
export const config = 'config';
