/**
 * The most that clients, the LMS, providers, Kafka, operators and settings may send. Each limit is far above real use, and
 * within the range of indexes, dates and numbers. docs/limits.md lists them.
 */
export const limits = {
  /** Characters of an id or a name, because an index holds it. */
  name: 255,
  /** Characters of a namespace, because an index holds it beside two names. */
  namespace: 100,
  /** Characters of any other text. */
  text: 10_000,
  /** Characters of a parameter in a query. */
  parameter: 1_000,
  /** Ten years. */
  minutes: 5_256_000,
  /** A week, of extra time or of an outage. */
  extraTimeSeconds: 604_800,
  /** A hundred years: a course may never end its grace period. */
  graceMinutes: 52_560_000,
  multiplier: 1_000,
  id: Number.MAX_SAFE_INTEGER,
  /** Exams, learners, groups … in one request. */
  items: 1_000,
  /** Pairs of exam and learner in one request. */
  pairs: 10_000,
  /** Comments of a review. */
  comments: 10_000,
  /** Items in a section of the roster. */
  rosterItems: 200_000,
} as const;

/** Counts characters as databases do: a surrogate pair is one character. */
export const isLongerThan = (max: number, text: string): boolean => text.length > max && [...text].length > max;

/** PostgreSQL stores no NUL and no half of a surrogate pair. */
export const isStorable = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);
