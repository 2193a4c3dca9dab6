import type { QueuedAppeal } from '#commands';
import { type Appeal, statuses } from '#domain';
import { flag, integer, listOf, object, oneOf, orNull, text, time, userSchema } from '../document/schemas.js';
import { pagedList } from '../http/page.js';

const reason = { ...orNull(text), description: 'Null where nobody gave one, and once the learner is retired' };

export const attemptTimeline = object('AttemptTimeline', {
  attempt_id: integer,
  entries: listOf(
    object('TimelineEntry', {
      at: time,
      event: { ...text, description: 'The same in every language' },
      what: text,
      by: { ...text, description: 'A role, never a name' },
      reason,
      message: { ...orNull(text), description: 'From staff; null once the learner is retired' },
      seconds: { ...orNull(integer), description: 'Of extra time' },
    }),
  ),
});

export const submissionReceiptSchema = object('SubmissionReceipt', {
  attempt_id: integer,
  receipt: { ...text, description: 'A signed note of C2SP. The keys are those of the signed checkpoints of the log' },
});

/** An appeal as REST shows it. The reasons come from the timeline, where the last ones are those of the last appeal. */
export const appealJson = (
  attemptId: number,
  appeal: Appeal,
  timeline: readonly { what: string; reason: string | null }[],
) => {
  const reasonOf = (...what: string[]) => timeline.findLast((entry) => what.includes(entry.what))?.reason ?? null;
  return {
    attempt_id: attemptId,
    made_at: appeal.madeAt,
    reason: reasonOf('appealed'),
    answer_by: appeal.answerBy,
    answer: appeal.answer && {
      upheld: appeal.answer.isUpheld,
      at: appeal.answer.at,
      reason: reasonOf('appeal_upheld', 'appeal_dismissed'),
    },
  };
};

export const attemptAppeal = object<ReturnType<typeof appealJson>>('Appeal', {
  attempt_id: integer,
  made_at: time,
  reason,
  answer_by: time,
  answer: orNull(object('AppealAnswer', { upheld: flag, at: time, reason })),
});

export const madeAppeal = object('MadeAppeal', { attempt_id: integer, made_at: time, answer_by: time });

export const answeredAppeal = object('AnsweredAppeal', { attempt_id: integer, upheld: flag });

export const verification = object('Verification', { attempt_id: integer, verified: flag });

export const rejection = object('Rejection', {
  attempt_id: integer,
  rejected: { ...flag, description: 'False: the course demands that a second person confirms it' },
});

export const queuedAppealJson = (appeal: QueuedAppeal, nameOf: (userId: number) => string) => ({
  attempt_id: appeal.attemptId,
  exam: { id: appeal.examId, exam_name: appeal.examName },
  user: { id: appeal.userId, username: appeal.username, email: appeal.email },
  status: appeal.status,
  made_at: appeal.madeAt,
  answer_by: appeal.answerBy,
  answer: appeal.answer && {
    upheld: appeal.answer.isUpheld,
    at: appeal.answer.at,
    answered_by: nameOf(appeal.answer.answeredBy),
  },
  can_answer: appeal.canAnswer,
});

export const appealQueueSchema = pagedList(
  'AppealQueue',
  object<ReturnType<typeof queuedAppealJson>>('QueuedAppeal', {
    attempt_id: integer,
    exam: object('ExamName', { id: integer, exam_name: text }),
    user: userSchema,
    status: oneOf(...statuses),
    made_at: time,
    answer_by: time,
    answer: orNull(object('GivenAnswer', { upheld: flag, at: time, answered_by: text })),
    can_answer: {
      ...flag,
      description: 'False if it is answered, or if the caller judged the attempt or is its learner',
    },
  }),
);
