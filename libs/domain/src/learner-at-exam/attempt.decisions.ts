import {
  type AttemptCommand,
  RemovalCommand,
  type RemoveAllAttempts,
  RemoveAttempt,
} from '../attempts/attempt.commands.js';
import { effectsOfRemoval } from '../attempts/attempt.effects.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { type Attempt, generationOf } from '../attempts/attempt.js';
import { isIncomplete, isInProgress, isOnboardingError, isSettingUp } from '../attempts/attempt.statuses.js';
import { isOverdue, isPastDue, remainingSeconds } from '../attempts/attempt.time.js';
import type { LearnerAtExamCommand } from '../command.js';
import type { Handlers } from '../decider.js';
import { Refusal } from '../refusal.js';
import { create } from './attempt.creation.js';
import { illegalTransition, providerIdsOf, timeOut, transition, transitionOnce } from './attempt.transitions.js';
import { needsToolFirst, refuseCreation, refuseSecondExam, shownExamId } from './edx-exams.rules.js';
import { attemptOf, currentAttempt, type LearnerAtExam, onAttempt } from './learner-at-exam.js';

export const attemptDecisions: Handlers<LearnerAtExam, AttemptCommand, AttemptEvent[]> = {
  CreateAttempt: (state, command) => {
    const { facts, data } = command;
    const { exam } = facts;
    const before = currentAttempt(state, facts);
    refuseCreation(before, command);
    const isRefusedPastDue = !exam.isPracticeExam && !data.evenPastDue;
    if (isRefusedPastDue && isPastDue(exam, facts.dueAt, facts.courseEndsAt, data.at))
      throw new Refusal(
        'exam_past_due_forbidden',
        `user_id=${command.learner.userId} attempted to create an attempt for expired exam with exam_id=${exam.examId} in course_id=${exam.courseId}`,
      );
    // As in the reference: an earlier practice attempt whose time is over is submitted first.
    const isRepeatedPractice = data.takingAsProctored && before?.isSampleAttempt;
    const first = isRepeatedPractice ? timeOutIfOverdue(state, before, command) : [];
    const events = [...first, ...create(first.reduce(onAttempt, state), command, data.takingAsProctored)];
    const after = events.reduce(onAttempt, state);
    const attempt = currentAttempt(after, facts)!;
    if (exam.isProctored && !data.takingAsProctored)
      return [...events, ...transition(after, attempt, 'declined', command)];
    return data.startClock ? [...events, ...start(after, attempt, command)] : events;
  },

  StartAttempt: (state, command) => {
    const { attemptId } = command.data;
    const attempt = attemptId === undefined ? currentAttemptOrRefuse(state, command) : attemptOf(state, attemptId);
    if (attempt.status === 'started') throw alreadyStarted(command);
    return start(state, attempt, command);
  },

  StopAttempt: (state, command) =>
    transitionByLearner(state, attemptOf(state, command.data.attemptId), 'ready_to_submit', command),

  SubmitAttempt: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    const isRepeated = command.facts.followsEdxExams ? isSubmitted(attempt) : wasSubmitted(attempt);
    return isRepeated ? [] : transitionByLearner(state, attempt, 'submitted', command);
  },

  DeclineAttempt: (state, command) =>
    transitionByLearner(state, attemptOf(state, command.data.attemptId), 'declined', command),

  CascadeDecline: (state, command) => {
    const { cascadedFrom } = command.data;
    const current = currentAttempt(state, command.facts);
    const first = current ? timeOutIfOverdue(state, current, command) : create(state, command, false, cascadedFrom);
    const after = first.reduce(onAttempt, state);
    const attempt = currentAttempt(after, command.facts)!;
    const isOver = current !== undefined && !isOpenToCascade(attempt);
    return isOver ? first : [...first, ...transition(after, attempt, 'declined', command, { cascadedFrom })];
  },

  /** In edx-exams a learner goes to the tool again while the attempt runs (edx-exams.md H22). */
  ClickSoftwareDownload: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    if (command.facts.followsEdxExams && isInProgress(attempt.status)) return [];
    return transitionByLearner(state, attempt, 'download_software_clicked', command);
  },

  LaunchTool: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    if (isInProgress(attempt.status)) return [];
    return transitionByLearner(state, attempt, 'download_software_clicked', command);
  },

  ReadyAttempt: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    return isSettingUp(attempt.status) ? transition(state, attempt, 'ready_to_start', command) : [];
  },

  ReportError: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    const { exam, ignoresPingFailures, followsEdxExams } = command.facts;
    if ((attempt.status === 'submitted' && !followsEdxExams) || (exam.backend && ignoresPingFailures)) return [];
    const timeRemainingSeconds = Math.trunc(remainingSeconds(attempt, command.data.at));
    return transitionByLearner(state, attempt, 'error', command, { timeRemainingSeconds });
  },

  MarkReadyToResume: (state, { data: { attemptId, at } }) => {
    if (!attemptOf(state, attemptId).isResumable)
      throw new Refusal(
        'attempt_not_resumable',
        `Attempted to mark attempt_id=${attemptId} as ready_to_resume, but attempt is not resumable. This is not allowed.`,
      );
    return [{ type: 'AttemptMarkedReadyToResume', data: { attemptId, at } }];
  },

  ResetPracticeAttempt: (state, command) => {
    const attempt = currentAttemptOrRefuse(state, command);
    const { exam } = command.facts;
    if (!exam.isPracticeExam) throw notReset(command, 'Only practice exams may be reset!');
    if (isIncomplete(attempt.status) || attempt.status === 'verified')
      throw notReset(command, `Attempt with status=${attempt.status} cannot be reset!`);
    const { at } = command.data;
    const first: AttemptEvent =
      attempt.status === 'submitted'
        ? removal(attempt, command, 'practice_reset')
        : { type: 'PracticeAttemptReset', data: { attemptId: attempt.id, at } };
    return [first, ...create(onAttempt(state, first), command, attempt.takingAsProctored)];
  },

  /** An attempt whose time is over is submitted before it is removed. */
  RemoveAttempt: (state, command) => {
    const attempt = attemptOf(state, command.data.attemptId);
    if (!isRemovable(attempt, command)) throw removalNotConfirmed();
    const first = timeOutIfOverdue(state, attempt, command);
    const { byLearner } = command.data;
    const removed = attemptOf(first.reduce(onAttempt, state), attempt.id);
    // With a new attempt the learner would get the whole time again.
    const isBegun = removed.startedAt !== null || !isIncomplete(removed.status);
    if (byLearner && isBegun && !removed.isSampleAttempt)
      throw new Refusal('attempt_has_begun', 'An attempt that has begun can be removed by staff only.');
    return [...first, removal(removed, command, byLearner ? 'learner' : 'staff')];
  },

  /** As in the reference, attempts whose time is over are not submitted first. */
  RemoveAllAttempts: (state, command) => {
    const asked = attemptsToRemove(state, command);
    const firstKept = asked.findIndex((attempt) => !isRemovable(attempt, command));
    if (firstKept === 0) throw removalNotConfirmed();
    const removable = firstKept === -1 ? asked : asked.slice(0, firstKept);
    return removable.map((attempt) => removal(attempt, command, 'staff'));
  },

  ClearOnboardingErrors: (state, { data: { at } }) =>
    state.attempts
      .filter(({ status }) => isOnboardingError(status))
      .map(({ id }) => ({
        type: 'AttemptRemoved',
        data: {
          attemptId: id,
          because: 'onboarding_completed',
          effects: [{ kind: 'provider', action: 'remove' }],
          at,
        },
      })),

  TimeOutAttempt: (state, command) => timeOutIfOverdue(state, attemptOf(state, command.data.attemptId), command),

  AcknowledgeReviewStatus: (state, { data: { attemptId, at } }) =>
    attemptOf(state, attemptId).isStatusAcknowledged
      ? []
      : [{ type: 'ReviewStatusAcknowledged', data: { attemptId, at } }],

  SetAttemptStatus: (state, command) =>
    transition(state, attemptOf(state, command.data.attemptId), command.data.status, command),
};

/** A transition that the learner asks for. Only incomplete attempts change: a learner cannot change a result. */
const transitionByLearner: typeof transitionOnce = (state, attempt, to, command, more) => {
  if (isIncomplete(attempt.status)) return transitionOnce(state, attempt, to, command, more);
  if (attempt.status === to) return [];
  throw illegalTransition(attempt, to, command);
};

const start = (state: LearnerAtExam, attempt: Attempt, command: LearnerAtExamCommand): AttemptEvent[] => {
  if (isIncomplete(attempt.status)) refuseSecondExam(command);
  if (needsToolFirst(attempt, command.facts)) throw illegalTransition(attempt, 'started', command);
  return transitionByLearner(state, attempt, 'started', command);
};

const isSubmitted = ({ status }: Attempt) => status === 'submitted' || status === 'timed_out';

/** The attempt was submitted before, by the learner or because its time was over. */
const wasSubmitted = ({ status, completedAt }: Attempt) =>
  !isIncomplete(status) && (completedAt !== null || status === 'timed_out');

const currentAttemptOrRefuse = (state: LearnerAtExam, { learner, facts }: LearnerAtExamCommand): Attempt => {
  const attempt = currentAttempt(state, facts);
  if (attempt) return attempt;
  const { examId, userId } = learner;
  throw new Refusal('attempt_not_found', `User ${userId} has no attempt at exam ${examId}.`);
};

/** The attempts that a removal is about. */
export const attemptsToRemove = (state: LearnerAtExam, command: RemoveAttempt | RemoveAllAttempts): Attempt[] => {
  if (command instanceof RemoveAttempt) return [attemptOf(state, command.data.attemptId)];
  const { generationId } = command.data;
  return state.attempts.filter((attempt) => generationId === undefined || generationOf(attempt) === generationId);
};

/** Must the provider confirm the removal before staff can remove the attempt (release-6.1.md §2, R1)? */
export const needsConfirmation = (attempt: Attempt, command: RemoveAttempt | RemoveAllAttempts): boolean =>
  command.facts.release.providerConfirmsRemoval &&
  providerIdsOf(attempt, command.facts) !== undefined &&
  !(command instanceof RemoveAttempt && command.data.byLearner);

const isRemovable = (attempt: Attempt, command: RemoveAttempt | RemoveAllAttempts) =>
  command.confirmed.includes(attempt.id) || !needsConfirmation(attempt, command);

/** The beginning is the text of edx-proctoring. */
export const removalNotConfirmed = (removed = 0) => {
  const text =
    'The proctoring provider is temporarily unavailable, so this attempt could not be fully reset. Please try again in a few minutes.';
  return new Refusal(
    'removal_not_confirmed',
    removed === 0 ? text : `${text} Attempts that are removed already: ${removed}.`,
  );
};

const removal = (
  attempt: Attempt,
  command: LearnerAtExamCommand,
  because: 'staff' | 'learner' | 'practice_reset',
): AttemptEvent => {
  const providerIds = providerIdsOf(attempt, command.facts);
  const isConfirmed = command instanceof RemovalCommand && command.confirmed.includes(attempt.id);
  const effects = effectsOfRemoval(attempt.status, providerIds, isConfirmed);
  return { type: 'AttemptRemoved', data: { attemptId: attempt.id, because, effects, at: command.data.at } };
};

/** A cascade declines every attempt that is not completed, also a reset or expired one (domain.md §2.8). */
const isOpenToCascade = ({ status }: Attempt) =>
  isIncomplete(status) || status === 'onboarding_reset' || status === 'expired';

const alreadyStarted = ({ facts, learner }: LearnerAtExamCommand) =>
  new Refusal(
    'attempt_already_started',
    `Cannot start exam attempt for exam_id=${shownExamId(facts)} and user_id=${learner.userId} because it has already started!`,
  );

const notReset = ({ facts, learner }: LearnerAtExamCommand, why: string) =>
  new Refusal(
    'attempt_cannot_be_reset',
    `Failed to reset attempt status on exam_id=${facts.exam.examId} for user_id=${learner.userId}. ${why} (course_id=${facts.exam.courseId})`,
  );

const timeOutIfOverdue = (state: LearnerAtExam, attempt: Attempt, command: LearnerAtExamCommand): AttemptEvent[] =>
  isOverdue(attempt, command.data.at) ? timeOut(state, attempt, command) : [];
