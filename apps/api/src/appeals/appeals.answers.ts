import type { ReadableEntry } from '#commands';
import type { Appeal } from '#domain';
import { flag, integer, listOf, object, orNull, text, time } from '../document/schemas.js';

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
export const appealJson = (attemptId: number, appeal: Appeal, timeline: readonly ReadableEntry[]) => {
  const reasonOf = (...what: ReadableEntry['what'][]) =>
    timeline.findLast((entry) => what.includes(entry.what))?.reason ?? null;
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

export const rejection = object('Rejection', {
  attempt_id: integer,
  rejected: { ...flag, description: 'False: the course demands that a second person confirms it' },
});
