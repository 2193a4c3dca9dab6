import {
  countChange,
  fold,
  type LearnerAtExam,
  type LearnerAtExamEvent,
  type LearnerChanges,
  learnerAtExam,
  noChanges,
} from '#domain';
import { cachedFold, type RecordedEvent } from '#event-store';

export { learnerAtExamStream } from '#learner-keys';

/** The learner's own stream, which has the retirement. */
export const learnerStream = (userId: number): string => `learner-${userId}`;

export const examStream = (examId: number): string => `exam-${examId}`;

export const learnerAtExamOf = (history: readonly RecordedEvent[]): LearnerAtExam =>
  cachedFold(history, learnerAtExam, learnerAtExam.initial, (state, events) =>
    fold(learnerAtExam, events as readonly RecordedEvent<LearnerAtExamEvent>[], state),
  );

export const changesOf = (history: readonly RecordedEvent[]): LearnerChanges =>
  cachedFold(history, noChanges, noChanges, (changes, events) => events.reduce(countChange, changes));
