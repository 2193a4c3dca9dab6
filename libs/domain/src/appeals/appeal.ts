import type { Status } from '../attempts/attempt.statuses.js';
import { plusMinutes } from '../instants.js';
import type { AppealEvent } from './appeal.events.js';
import type { Judgement } from './judgement.js';

/** A learner's appeal against the judgement on an attempt. Times are ISO instants. */
export type Appeal = {
  madeAt: string;
  /** The learner was promised an answer by this day. A later answer counts, too. */
  answerBy: string;
  answer: { isUpheld: boolean; answeredBy: number; at: string } | null;
};

export const evolveAppeal = (appeal: Appeal | undefined, { type, data }: AppealEvent): Appeal => {
  if (type === 'AppealMade') return { madeAt: data.at, answerBy: data.answerBy, answer: null };
  const { answeredBy, at } = data;
  return { ...appeal!, answer: { isUpheld: type === 'AppealUpheld', answeredBy, at } };
};

export const plusDays = (at: string, days: number): string => plusMinutes(at, days * 24 * 60);

/** A rejection may be appealed, and an error that a review or another person declared. */
export const isAppealable = (status: Status, judgement: Judgement | undefined): judgement is Judgement =>
  judgement !== undefined && (status === 'rejected' || (status === 'error' && judgement.isOfOthers));

/** The end of the time in which this judgement may be appealed; null if it may not be, or was already. */
export const appealableUntil = (
  status: Status,
  judgement: Judgement | undefined,
  before: Appeal | undefined,
  days: number,
): string | null =>
  isAppealable(status, judgement) && !wasAppealed(judgement, before) ? plusDays(judgement.at, days) : null;

/** One judgement can be appealed once. */
export const wasAppealed = (judgement: Judgement, before: Appeal | undefined): boolean =>
  before !== undefined && (before.answer === null || Date.parse(before.madeAt) >= Date.parse(judgement.at));
