import type { AttemptEvent } from '../attempts/attempt.events.js';
import type { Attempt } from '../attempts/attempt.js';
import { isInProgress, type Status } from '../attempts/attempt.statuses.js';
import { remainingSeconds } from '../attempts/attempt.time.js';
import { EndPause, GiveExtraTime, PauseAttempt } from '../attempts/running-attempt.commands.js';
import type { ControlAction, ControlAttempt } from '../controls/control.commands.js';
import type { ControlResultReceived } from '../controls/control.events.js';
import type { Handlers } from '../decider.js';
import type { MessageEvent } from '../messages/message.js';
import { Refusal } from '../refusal.js';
import { transition } from './attempt.transitions.js';
import { attemptOf, type LearnerAtExam } from './learner-at-exam.js';
import { runningAttemptDecisions } from './running-attempt.decisions.js';

type Decided = (AttemptEvent | ControlResultReceived | MessageEvent)[];
type Decision = (state: LearnerAtExam, attempt: Attempt, command: ControlAttempt) => Decided;

/** A tool controls attempts in these statuses: it has said that the learner may begin, and nobody has judged the attempt. */
const controllable: readonly Status[] = ['ready_to_start', 'started', 'ready_to_submit', 'timed_out', 'submitted'];

/** Above this severity, a person must look at a submitted attempt. */
const harmless = 0.25;

export const controlDecisions: Handlers<LearnerAtExam, ControlAttempt, Decided> = {
  ControlAttempt: (state, command) => {
    const { attemptId, controlId, action } = command.data;
    if ((state.controls[attemptId] ?? []).includes(controlId)) return [];
    const attempt = attemptOf(state, attemptId);
    if (!controllable.includes(attempt.status))
      throw new Refusal('attempt_not_controllable', `A tool cannot control an attempt that is ${attempt.status}.`);
    return decisions[action](state, attempt, command);
  },
};

const decisions: Record<ControlAction, Decision> = {
  terminate: (state, attempt, command) => {
    const { at } = command.data;
    const isRunning = isInProgress(attempt.status);
    const to = verdictOf(command);
    const more = to === 'error' && isRunning ? { timeRemainingSeconds: Math.trunc(remainingSeconds(attempt, at)) } : {};
    return [resultOf(command), ...transition(state, attempt, to, command, more)];
  },

  flag: (_state, _attempt, command) => [resultOf(command)],

  pause: (state, { id: attemptId }, { learner, data: { at }, origin }) =>
    runningAttemptDecisions.PauseAttempt(state, new PauseAttempt(learner, { attemptId, at }, origin)),

  resume: (state, attempt, command) => {
    const { learner, data, origin } = command;
    const end = new EndPause(learner, { attemptId: attempt.id, at: data.at }, origin);
    return [...runningAttemptDecisions.EndPause(state, end), ...extraTime(state, command)];
  },

  update: (state, _attempt, command) => extraTime(state, command),
};

/** The tool judges the attempt that it ends (edx-exams.md §8.8). */
const verdictOf = ({ data: { isSubmission, severity } }: ControlAttempt): Status => {
  if (!isSubmission) return 'error';
  return Number(severity ?? 1) <= harmless ? 'verified' : 'second_review_required';
};

const extraTime = (state: LearnerAtExam, { learner, data, origin, sealed }: ControlAttempt): Decided => {
  const { attemptId, controlId: grantId, extraMinutes, reason, at } = data;
  if (!extraMinutes) return [];
  const give = new GiveExtraTime(learner, { attemptId, grantId, seconds: extraMinutes * 60, reason, at }, origin);
  return runningAttemptDecisions.GiveExtraTime(state, Object.assign(give, { sealed }));
};

const resultOf = ({ data, sealed }: ControlAttempt): ControlResultReceived => {
  const { attemptId, controlId, severity, reasonCode, incidentAt, at } = data;
  const action = data.action === 'flag' ? 'flag' : 'terminate';
  return {
    type: 'ControlResultReceived',
    data: { attemptId, controlId, action, severity, reasonCode, incidentAt, sealed, at },
  };
};

export const controlEvolution = {
  ControlResultReceived: (state: LearnerAtExam, { data }: ControlResultReceived): LearnerAtExam => ({
    ...state,
    controls: {
      ...state.controls,
      [data.attemptId]: [...(state.controls[data.attemptId] ?? []), data.controlId],
    },
  }),
};
