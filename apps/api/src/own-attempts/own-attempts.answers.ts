import { allowedMinutesOf, statuses } from '#domain';
import { type AttemptRecord, instant } from '#read-models';
import { flag, integer, listOf, number, object, oneOf, orNull, text, time } from '../document/schemas.js';

/** An attempt as its learner sees it. */
export const ownAttemptJson = ({ exam, ...attempt }: AttemptRecord, courseName: string | undefined) => ({
  attempt_id: attempt.id,
  exam: {
    exam_id: exam.id,
    course_id: exam.courseId,
    course_name: courseName ?? null,
    content_id: exam.contentId,
    name: exam.examName,
    is_proctored: exam.isProctored,
    is_practice: exam.isPracticeExam,
  },
  status: attempt.status,
  created: instant(attempt.created),
  started_at: instant(attempt.startedAt),
  completed_at: instant(attempt.completedAt),
  allowed_minutes: allowedMinutesOf(attempt),
  is_paused: attempt.pausedAt !== null,
});

const fields = {
  attempt_id: integer,
  exam: object<ReturnType<typeof ownAttemptJson>['exam']>('ExamOfOwnAttempt', {
    exam_id: integer,
    course_id: text,
    course_name: orNull(text),
    content_id: text,
    name: text,
    is_proctored: flag,
    is_practice: flag,
  }),
  status: oneOf(...statuses),
  created: time,
  started_at: orNull(time),
  completed_at: orNull(time),
  allowed_minutes: { ...orNull(integer), description: 'With extra time; null before the start' },
  is_paused: { ...flag, description: 'The clock stands still' },
};

export const ownAttempts = object('OwnAttempts', {
  attempts: listOf(object<ReturnType<typeof ownAttemptJson>>('OwnAttempt', fields)),
  next_before: { ...orNull(integer), description: 'The `before` of the next page; null on the last page' },
});

export const ownAttempt = object('OwnAttemptInDetail', {
  ...fields,
  time_remaining_seconds: { ...number, description: 'Of a running attempt; 0 of all others' },
  messages: {
    ...listOf(object('MessageToLearner', { at: time, text: orNull(text) })),
    description: 'What staff wrote to the learner',
  },
  may_appeal_until: { ...orNull(time), description: 'Null if there is nothing that the learner may appeal now' },
});
