import type { AttemptEvent, ReviewEvent } from '#domain';
import type { Projection } from '../projection.js';

/** When a proctored attempt was handed in for the first time, and when it was first reviewed or judged. */
type ReviewTimes = { id: number; examId: number; submittedAt: string | null; reviewedAt: string | null };

const changing = [
  ...['AttemptCreated', 'AttemptSubmitted', 'AttemptTimedOut', 'AttemptDeclined', 'AttemptRemoved'],
  ...['ReviewReceived', 'SecondReviewRequired', 'AttemptVerified', 'AttemptRejected'],
];

export const reviewTimesProjection: Projection = {
  table: 'review_times',
  fields: ['id', 'examId', 'submittedAt', 'reviewedAt'],
  idOf: ({ type, data }) => (changing.includes(type) ? (data as { attemptId: number }).attemptId : undefined),
  evolve: (times: ReviewTimes | undefined, { type, data }: AttemptEvent | ReviewEvent): ReviewTimes | undefined => {
    if (type === 'AttemptCreated' && data.takingAsProctored)
      return { id: data.attemptId, examId: data.examId, submittedAt: null, reviewedAt: null };
    if (!times || type === 'AttemptRemoved') return undefined;
    // The learner declined proctoring itself, not an exam that needs it (domain.md §2.8).
    if (type === 'AttemptDeclined') return data.cascadedFrom === undefined ? undefined : times;
    if (type === 'AttemptSubmitted') return { ...times, submittedAt: times.submittedAt ?? data.completedAt };
    if (type === 'AttemptTimedOut') return { ...times, submittedAt: times.submittedAt ?? data.at };
    return { ...times, reviewedAt: times.reviewedAt ?? data.at };
  },
};
