/** One learner at one exam: attempts, allowances and reviews (ADR 1). */
export const learnerAtExamStream = ({ examId, userId }: { examId: number; userId: number }): string =>
  `attempts-${examId}-${userId}`;

/** What outlives a learner: the retirement. */
export const learnerStream = (userId: number): string => `learner-${userId}`;

export const examStream = (examId: number): string => `exam-${examId}`;
