import {
  countChange,
  fold,
  type LearnerAtExam,
  type LearnerAtExamEvent,
  type LearnerChanges,
  learnerAtExam,
  noChanges,
} from '#domain';
import { folded, type Stored } from '#event-store';

/** One learner at one exam: attempts, allowances and reviews (ADR 1). */
export const learnerAtExamStream = ({ examId, userId }: { examId: number; userId: number }): string =>
  `attempts-${examId}-${userId}`;

/** What outlives a learner: the retirement. */
export const learnerStream = (userId: number): string => `learner-${userId}`;

export const examStream = (examId: number): string => `exam-${examId}`;

export const learnerAtExamOf = (history: readonly Stored[]): LearnerAtExam =>
  folded(history, learnerAtExam, learnerAtExam.initial, (state, events) =>
    fold(learnerAtExam, events as readonly Stored<LearnerAtExamEvent>[], state),
  );

export const changesOf = (history: readonly Stored[]): LearnerChanges =>
  folded(history, noChanges, noChanges, (changes, events) => events.reduce(countChange, changes));
