import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Attempt } from '../attempts/attempt.js';
import { isInProgress } from '../attempts/attempt.statuses.js';
import { expiryOf, isOverdue, remainingSeconds } from '../attempts/attempt.time.js';
import type { RunningAttemptCommand } from '../attempts/running-attempt.commands.js';
import type { Grant, Outage } from '../attempts/running-attempt.events.js';
import type { Handlers } from '../decider.js';
import { type MessageEvent, type SendMessage } from '../messages/message.js';
import { Refusal } from '../refusal.js';
import { transition } from './attempt.transitions.js';
import { attemptOf, type LearnerAtExam, onAttempt } from './learner-at-exam.js';

type Decided = AttemptEvent | MessageEvent;

export const runningAttemptDecisions: Handlers<LearnerAtExam, RunningAttemptCommand | SendMessage, Decided[]> = {
  GiveExtraTime: (state, { data, sealed }) => {
    const { attemptId, grantId, seconds, givenBy, cause, at } = data;
    const grants = grantsOf(state, attemptId);
    if (grants.some((grant) => grant.grantId === grantId)) return [];
    runningAttempt(state, data);
    if (cause && grants.some((grant) => !grant.isTakenBack && grant.cause && overlap(grant.cause, cause)))
      throw new Refusal('outage_already_compensated', 'This attempt has extra time for this outage already.');
    if (seconds <= 0) throw new Refusal('attempt_not_affected', 'This attempt did not run during the outage.');
    const given = {
      attemptId,
      grantId,
      seconds,
      sealed,
      ...(givenBy !== undefined && { givenBy }),
      ...(cause && { cause }),
      at,
    };
    return [{ type: 'ExtraTimeGiven', data: given }];
  },

  TakeBackExtraTime: (state, { data }) => {
    const { attemptId, grantId, at } = data;
    const grant = grantsOf(state, attemptId).find((each) => each.grantId === grantId);
    if (!grant) throw new Refusal('extra_time_not_found', `The attempt ${attemptId} did not get this extra time.`);
    if (grant.isTakenBack) return [];
    const { seconds } = grant;
    const left = Math.floor(remainingSeconds(runningAttempt(state, data), at));
    if (left <= seconds)
      throw new Refusal(
        'extra_time_in_use',
        `Only ${left} seconds are left, so the attempt would end at once without these ${seconds} seconds of extra time.`,
      );
    return [{ type: 'ExtraTimeTakenBack', data: { attemptId, grantId, seconds, at } }];
  },

  PauseAttempt: (state, { data }) => {
    const { attemptId, at } = data;
    const { pausedAt } = runningAttempt(state, data);
    return pausedAt === null ? [{ type: 'AttemptPaused', data: { attemptId, at } }] : [];
  },

  EndPause: (state, { data }) => {
    const { attemptId, at } = data;
    const { pausedAt } = runningAttempt(state, data);
    return pausedAt === null ? [] : [{ type: 'PauseEnded', data: { attemptId, at } }];
  },

  EndAttempt: (state, command) => transition(state, runningAttempt(state, command.data), 'submitted', command),

  MarkError: (state, command) => {
    const attempt = runningAttempt(state, command.data);
    const timeRemainingSeconds = Math.trunc(remainingSeconds(attempt, command.data.at));
    return transition(state, attempt, 'error', command, { timeRemainingSeconds });
  },

  SendMessage: (state, { data: { attemptId, at }, sealed }) => [
    { type: 'MessageSent', data: { attemptId: attemptOf(state, attemptId).id, sealed, at } },
  ],
};

/** @throws Refusal attempt_not_running, also if the time is over and nobody has noticed it yet */
const runningAttempt = (state: LearnerAtExam, { attemptId, at }: { attemptId: number; at: string }): Attempt => {
  const attempt = attemptOf(state, attemptId);
  if (!isInProgress(attempt.status))
    throw new Refusal('attempt_not_running', `The attempt does not run: its status is ${attempt.status}.`);
  if (isOverdue(attempt, at))
    throw new Refusal('attempt_not_running', `The time of the attempt was over at ${expiryOf(attempt)}.`);
  return attempt;
};

const overlap = (one: Outage, other: Outage) =>
  Date.parse(one.from) < Date.parse(other.until) && Date.parse(other.from) < Date.parse(one.until);

const grantsOf = ({ grants }: LearnerAtExam, attemptId: number): readonly Grant[] => grants[attemptId] ?? [];

const withGrants = (state: LearnerAtExam, attemptId: number, grants: readonly Grant[]): LearnerAtExam => ({
  ...state,
  grants: { ...state.grants, [attemptId]: grants },
});

type Of<T> = Extract<AttemptEvent, { type: T }>;

export const runningAttemptEvolution = {
  ExtraTimeGiven: (state: LearnerAtExam, event: Of<'ExtraTimeGiven'>) => {
    const { attemptId, grantId, seconds, cause } = event.data;
    const grant = { grantId, seconds, isTakenBack: false, ...(cause && { cause }) };
    return withGrants(onAttempt(state, event), attemptId, [...grantsOf(state, attemptId), grant]);
  },
  ExtraTimeTakenBack: (state: LearnerAtExam, event: Of<'ExtraTimeTakenBack'>) => {
    const { attemptId, grantId } = event.data;
    const grants = grantsOf(state, attemptId).map((each) =>
      each.grantId === grantId ? { ...each, isTakenBack: true } : each,
    );
    return withGrants(onAttempt(state, event), attemptId, grants);
  },
  AttemptPaused: onAttempt,
  PauseEnded: onAttempt,
  MessageSent: (state: LearnerAtExam) => state,
};
