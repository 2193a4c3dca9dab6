import type { NewAttemptCommand } from '../attempts/attempt.commands.js';
import type { AttemptEvent } from '../attempts/attempt.events.js';
import { isInResumeProcess } from '../attempts/attempt.js';
import { isPastDue } from '../attempts/attempt.time.js';
import { Refusal } from '../refusal.js';
import { currentAttempt, type LearnerAtExam } from './learner-at-exam.js';

/** A new attempt. It resumes the current one if that may be resumed (domain.md §3.1). */
export const create = (
  state: LearnerAtExam,
  { learner, facts, attempt, data: { at } }: NewAttemptCommand,
  takingAsProctored: boolean,
  cascadedFrom?: number,
): AttemptEvent[] => {
  const { exam } = facts;
  const { registration } = attempt;
  const current = currentAttempt(state, facts);
  const resumes = current !== undefined && isInResumeProcess(current);
  if (current && !resumes && !current.isSampleAttempt)
    throw new Refusal(
      'attempt_already_exists',
      `Cannot create new exam attempt for exam_id=${exam.examId} and user_id=${learner.userId} in course_id=${exam.courseId} because it already exists!`,
    );
  // In edx-exams a practice exam has no end.
  if (takingAsProctored && !facts.followsEdxExams && isPastDue(exam, facts.dueAt, facts.courseEndsAt, at))
    throw new Refusal(
      'exam_past_due',
      `user_id=${learner.userId} trying to create exam attempt for past due proctored exam_id=${exam.examId} in course_id=${exam.courseId}. Do not register an exam attempt!`,
    );
  if (takingAsProctored && facts.provider === null)
    throw new Refusal('exam_not_proctored', `exam_id=${exam.examId} is not proctored.`);
  const blocked = registration && 'onboardingError' in registration ? registration.onboardingError : null;
  return [
    ...(resumes
      ? [{ type: 'AttemptResumed', data: { attemptId: current.id, resumedBy: attempt.id, at } } as const]
      : []),
    {
      type: 'AttemptCreated',
      data: {
        attemptId: attempt.id,
        examId: exam.examId,
        ...(exam.generationId === exam.examId ? {} : { generationId: exam.generationId }),
        ...(exam.examType ? { examType: exam.examType } : {}),
        userId: learner.userId,
        attemptCode: attempt.code,
        status: blocked ?? 'created',
        externalId: registration && 'externalId' in registration ? registration.externalId : null,
        takingAsProctored,
        isSampleAttempt: exam.isPracticeExam,
        reviewPolicyId: exam.reviewPolicyId,
        timeRemainingSeconds: resumes ? current.timeRemainingSeconds : null,
        ...(cascadedFrom === undefined ? {} : { cascadedFrom }),
        effects: [
          {
            kind: 'status_signal',
            isPracticeExam: exam.isPracticeExam,
            supportsOnboarding: facts.provider?.supportsOnboarding ?? null,
          },
        ],
        at,
      },
    },
  ];
};
