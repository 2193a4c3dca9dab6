import { allowedMinutesOf } from '#domain';
import type { Change, Topic } from './topic.js';

/** Each status of an attempt, its removal and its resumption: with the actor, the reason and the attempt after it. */
export const attempts: Topic = {
  name: 'proctoring.attempts.v1',
  publish: (change, { courseId, contentId, examId, userId }) => {
    const { before, after } = change;
    const name = eventNameOf(change);
    if (name === undefined) return [];
    const { id, ...attempt } = (after ?? before)!;
    return [
      {
        type: `org.proctoring.attempt.${name}.v1`,
        data: {
          attempt_id: id,
          exam_id: examId,
          user_id: userId,
          course_id: courseId,
          content_id: contentId,
          status: after?.status ?? null,
          previous_status: before?.status ?? null,
          taking_as_proctored: attempt.takingAsProctored,
          is_sample_attempt: attempt.isSampleAttempt,
          started_at: attempt.startedAt,
          completed_at: attempt.completedAt,
          allowed_time_limit_mins: allowedMinutesOf(attempt),
          time_remaining_seconds: attempt.timeRemainingSeconds,
          is_resumable: attempt.isResumable,
          ready_to_resume: attempt.readyToResume,
          resumed: attempt.resumed,
          by: actorOf(change),
          ...reasonOf(change),
        },
      },
    ];
  },
};

const eventNameOf = ({ event, after }: Change): string | undefined => {
  switch (event.type) {
    case 'ReviewStatusAcknowledged':
    case 'ExtraTimeGiven':
    case 'ExtraTimeTakenBack':
    case 'AttemptPaused':
    case 'PauseEnded':
      return undefined;
    case 'AttemptMarkedReadyToResume':
      return 'ready_to_resume';
    case 'AttemptResumed':
      return 'resumed';
    default:
      return after?.status ?? 'removed';
  }
};

/** Leaves out an operator's name, which may be personal data. */
const actorOf = ({ event }: Change): object => {
  const { actor } = event.metadata;
  if (actor.kind === 'user') return { kind: actor.kind, user_id: actor.userId };
  return actor.kind === 'provider' ? actor : { kind: actor.kind };
};

const reasonOf = ({ event: { data } }: Change): object => {
  // The published list of reasons has no learner. `by` says who removed the attempt.
  if ('because' in data) return data.because === 'learner' ? {} : { because: data.because };
  if ('cascadedFrom' in data) return { because: 'declined_other_exam', declined_exam_id: data.cascadedFrom };
  return 'resumedBy' in data ? { resumed_by_attempt_id: data.resumedBy } : {};
};
