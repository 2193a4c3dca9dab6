/** One learner at one exam: attempts, allowances and reviews (ADR 1). */
export const learnerAtExamStream = ({ examId, userId }: { examId: number; userId: number }): string =>
  `attempts-${examId}-${userId}`;

export const examStream = (examId: number): string => `exam-${examId}`;
