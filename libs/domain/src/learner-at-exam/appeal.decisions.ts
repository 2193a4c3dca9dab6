import type { AppealCommand } from '../appeals/appeal.commands.js';
import type { AppealEvent } from '../appeals/appeal.events.js';
import { evolveAppeal, isAppealable, plusDays, wasAppealed } from '../appeals/appeal.js';
import type { Effect } from '../attempts/attempt.effects.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Handlers } from '../decider.js';
import { Refusal } from '../refusal.js';
import { transitionOnce } from './attempt.transitions.js';
import { attemptOf, type LearnerAtExam } from './learner-at-exam.js';

/** The decisions about appeals. An appeal is against one judgement: after another judgement there may be another appeal. */
export const appealDecisions: Handlers<LearnerAtExam, AppealCommand, (AppealEvent | AttemptEvent)[]> = {
  MakeAppeal: (state, { data, sealed, judgement, facts }) => {
    const { attemptId, at } = data;
    if (!isAppealable(attemptOf(state, attemptId).status, judgement))
      throw new Refusal('attempt_not_appealable', 'Nobody has rejected this attempt, so there is nothing to appeal.');
    if (wasAppealed(judgement, state.appeals[attemptId]))
      throw new Refusal('appeal_already_made', 'There is an appeal already. One judgement can be appealed once.');
    const until = plusDays(judgement.at, facts.appealDays);
    if (isBefore(until, at)) throw new Refusal('appeal_too_late', `An appeal was possible until ${until}.`);
    const answerBy = plusDays(at, facts.appealAnswerDays);
    return [{ type: 'AppealMade', data: { attemptId, sealed, answerBy, effects: [notice], at } }];
  },

  AnswerAppeal: (state, command) => {
    const { attemptId, answeredBy, isUpheld, at } = command.data;
    const attempt = attemptOf(state, attemptId);
    if (state.appeals[attemptId]?.answer !== null)
      throw new Refusal('no_open_appeal', 'There is no appeal to answer at this attempt.');
    if (answeredBy === command.learner.userId || command.judgement?.judges.includes(answeredBy))
      throw new Refusal(
        'appeal_needs_another_person',
        'You judged this attempt, so another person must answer the appeal.',
      );
    const answer = (type: 'AppealUpheld' | 'AppealDismissed', template: 'appeal_upheld' | 'appeal_dismissed') => ({
      type,
      data: { attemptId, answeredBy, sealed: command.sealed, effects: [{ kind: 'mail', template } as const], at },
    });
    if (!isUpheld) return [answer('AppealDismissed', 'appeal_dismissed')];
    return [answer('AppealUpheld', 'appeal_upheld'), ...transitionOnce(state, attempt, 'verified', command)];
  },
};

const notice: Effect = { kind: 'support_notice', about: 'appeal' };

const isBefore = (one: string, other: string) => Date.parse(one) < Date.parse(other);

const onAppeal = (state: LearnerAtExam, event: AppealEvent): LearnerAtExam => {
  const { attemptId } = event.data;
  return { ...state, appeals: { ...state.appeals, [attemptId]: evolveAppeal(state.appeals[attemptId], event) } };
};

export const appealEvolution = { AppealMade: onAppeal, AppealUpheld: onAppeal, AppealDismissed: onAppeal };
