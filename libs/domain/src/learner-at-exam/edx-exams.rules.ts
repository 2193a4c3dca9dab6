import type { CreateAttempt } from '../attempts/attempt.commands.js';
import { type Attempt, isInResumeProcess } from '../attempts/attempt.js';
import { isSettingUp } from '../attempts/attempt.statuses.js';
import { isPastDue } from '../attempts/attempt.time.js';
import type { LearnerAtExamCommand } from '../command.js';
import type { Facts } from '../exams/exam.facts.js';
import { Refusal } from '../refusal.js';

// Courses with an LTI tool follow edx-exams where it is stricter than edx-proctoring (edx-exams.md §3, H2, H8).

/** The exam's id as the clients of its course know it. */
export const shownExamId = ({ exam, followsEdxExams }: Facts): number =>
  followsEdxExams ? exam.generationId : exam.examId;

/** A learner has one attempt at each generation, unless staff let the learner resume it. None begins after the due date. */
export const refuseCreation = (current: Attempt | undefined, { facts, learner, data }: CreateAttempt) => {
  if (!facts.followsEdxExams) return;
  const { exam } = facts;
  if (current && !isInResumeProcess(current))
    throw new Refusal(
      'attempt_already_exists',
      `Cannot create attempt for exam_id=${exam.generationId} and user_id=${learner.userId} because an attempt already exists.`,
    );
  const isEndless = exam.isPracticeExam || data.evenPastDue;
  if (!isEndless && isPastDue(exam, facts.dueAt, facts.courseEndsAt, data.at))
    throw new Refusal(
      'exam_past_due',
      `user_id=${learner.userId} trying to create exam attempt for past due non-practice exam exam_id=${exam.generationId} in course_id=${exam.courseId}. Do not register an exam attempt!`,
    );
};

/** The tool says when the learner may start. */
export const needsToolFirst = ({ status }: Attempt, { startsAtTool }: Facts): boolean =>
  startsAtTool === true && isSettingUp(status);

export const refuseSecondExam = ({ facts, learner }: LearnerAtExamCommand) => {
  if (facts.anotherRuns)
    throw new Refusal(
      'another_attempt_running',
      `Cannot start exam attempt for exam_id=${shownExamId(facts)} and user_id=${learner.userId} because another exam attempt is currently active!`,
    );
};
