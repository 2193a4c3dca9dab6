import { allowedMinutesOf, isInProgress, statuses } from '#domain';
import type { RunningAttempt } from '#read-models';
import { flag, integer, listOf, number, object, oneOf, orNull, text, time } from '../document/schemas.js';
import type { BoardState } from './board-states.js';

/** A poll is recorded at most once a minute, so after three minutes there was none for two. */
const silentMs = 180_000;

const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

/** From when on the lack of a later poll is a warning. */
export const noPollFrom = (lastContact: number): string => new Date(lastContact + silentMs).toISOString();

/** `criticalShare`: the share of the allowed time that is left when the learner is warned, too. */
export const runningAttemptJson = (attempt: RunningAttempt, criticalShare: number) => {
  const { startedAt, endsAt, polledAt, pausedSecondsLeft } = attempt;
  const criticalMs = criticalShare * (allowedMinutesOf(attempt) ?? 0) * 60_000;
  return {
    attempt_id: attempt.attemptId,
    exam_id: attempt.examId,
    learner: { user_id: attempt.userId, username: attempt.username, full_name: attempt.fullName },
    status: attempt.status,
    started_at: instant(startedAt),
    ends_at: instant(endsAt),
    ended_at: instant(attempt.endedAt),
    shown_until: instant(attempt.shownUntil),
    is_paused: pausedSecondsLeft !== null,
    paused_seconds_left: pausedSecondsLeft,
    last_poll_at: instant(polledAt),
    no_poll_from:
      startedAt !== null && isInProgress(attempt.status) ? noPollFrom(Math.max(startedAt, polledAt ?? 0)) : null,
    low_time_from: instant(endsAt && endsAt - criticalMs),
    provider_state: !attempt.takingAsProctored ? 'none' : attempt.isRegistered ? 'registered' : 'not_registered',
  };
};

/** The same as a line of a file. */
export const runningAttemptLine = ({ learner, ...attempt }: ReturnType<typeof runningAttemptJson>) => ({
  ...attempt,
  ...learner,
});

export const fileColumns = [
  ...(['attempt_id', 'exam_id', 'user_id', 'username', 'full_name', 'status', 'started_at', 'ends_at'] as const),
  ...(['ended_at', 'is_paused', 'last_poll_at', 'provider_state'] as const),
];

const warnsFrom = (what: string) => ({ ...orNull(time), description: `${what}: a warning from this time on` });

export const runningAttempt = object<ReturnType<typeof runningAttemptJson>>('RunningAttempt', {
  attempt_id: integer,
  exam_id: integer,
  learner: object('RunningLearner', { user_id: integer, username: text, full_name: text }),
  status: oneOf(...statuses),
  started_at: orNull(time),
  ends_at: { ...orNull(time), description: 'Null unless it runs, and while it is paused' },
  ended_at: orNull(time),
  shown_until: { ...orNull(time), description: 'When the list drops it without a further change; null while it runs' },
  is_paused: flag,
  paused_seconds_left: { ...orNull(number), description: 'The time left while it is paused' },
  last_poll_at: { ...orNull(time), description: 'Recorded at most once a minute' },
  no_poll_from: warnsFrom('No poll for two minutes'),
  low_time_from: warnsFrom('The time is nearly over'),
  provider_state: oneOf('none', 'not_registered', 'registered'),
});

const state = {
  clock_warning: { ...orNull(text), description: 'Why no attempt is ended at its time at the moment' },
  exams: listOf(
    object('WatchedExam', {
      exam_id: integer,
      exam_name: text,
      provider: { ...orNull(text), description: 'Null for an exam without proctoring' },
      provider_answers: { ...flag, description: 'False: the provider is unreachable or refuses notifications' },
    }),
  ),
  blocked: {
    ...listOf(object('BlockedLearner', { exam_id: integer, user_id: integer, subscription: text })),
    description:
      'Learners about whom something cannot be delivered: `mail`, `kafka` or `provider <name>`. An operator must act',
  },
};

export const runningAttemptsSchema = object<
  BoardState & { position: string; at: string; attempts: ReturnType<typeof runningAttemptJson>[] }
>('RunningAttempts', {
  position: { ...text, description: 'Give it as `Last-Event-ID` to get what changes afterwards' },
  at: time,
  ...state,
  attempts: listOf(runningAttempt),
});

/** The messages of the stream, for the document. */
export const changeMessages = {
  title: 'RunningAttemptMessages',
  type: 'object',
  description: 'The `data` of each message, by its `event`',
  properties: {
    changes: object('RunningAttemptChanges', { attempts: listOf(runningAttempt), removed: listOf(integer) }),
    polls: object('RunningAttemptPolls', {
      polls: listOf(object('RunningAttemptPoll', { attempt_id: integer, last_poll_at: time, no_poll_from: time })),
    }),
    state: object<BoardState>('RunningAttemptsState', state),
    reload: object('RunningAttemptsReload', {}),
  },
};
