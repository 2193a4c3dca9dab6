import {
  type CourseConfiguration,
  type CourseConfigurationEvent,
  countChange,
  courseConfiguration,
  fold,
  type LearnerAtExam,
  type LearnerAtExamEvent,
  type LearnerChanges,
  learnerAtExam,
  noChanges,
} from '#domain';
import { cachedFold, type EventStore, type RecordedEvent } from '#event-store';
import { learnerAtExamStream } from '#learner-keys';

export { learnerAtExamStream };

/** The learner's own stream, which has the retirement. */
export const learnerStream = (userId: number): string => `learner-${userId}`;

/** The course's own stream, which has the provider of its exams. */
export const courseExamsStream = (courseId: string): string => `course-exams-${courseId}`;

export const courseConfigurationOf = (history: readonly RecordedEvent[]): CourseConfiguration =>
  fold(courseConfiguration, history as readonly RecordedEvent<CourseConfigurationEvent>[]);

export const examStream = (examId: number): string => `exam-${examId}`;

export const learnerAtExamOf = (history: readonly RecordedEvent[]): LearnerAtExam =>
  cachedFold(history, learnerAtExam, learnerAtExam.initial, (state, events) =>
    fold(learnerAtExam, events as readonly RecordedEvent<LearnerAtExamEvent>[], state),
  );

/** The learner at the exam as the log has it now. */
export async function latestLearnerAtExam(events: EventStore, learner: { examId: number; userId: number }) {
  const stream = learnerAtExamStream(learner);
  return learnerAtExamOf((await events.latest([stream])).get(stream)!);
}

export const changesOf = (history: readonly RecordedEvent[]): LearnerChanges =>
  cachedFold(history, noChanges, noChanges, (changes, events) => events.reduce(countChange, changes));
