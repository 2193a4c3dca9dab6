import type { ReleaseRules } from '../releases.js';

/** The facts about an exam that a decision about an attempt uses. */
export type ExamFacts = {
  examId: number;
  /** The id of the exam's current generation. */
  generationId: number;
  courseId: string;
  contentId: string;
  timeLimitMins: number;
  isProctored: boolean;
  isPracticeExam: boolean;
  /** Only where the two fields above do not tell the type. */
  examType?: 'practice' | 'onboarding' | null;
  isActive: boolean;
  backend: string | null;
  /** The provider's id of the exam. */
  externalId: string | null;
  reviewPolicyId: number | null;
};

/** The facts for a decision about one learner at one exam. Times are ISO instants. */
export type Facts = {
  exam: ExamFacts;
  /** The learner's effective due date (domain.md §4.1). */
  dueAt: string | null;
  /** The due date for all learners, if there is one; otherwise `dueAt`. */
  dueAtForAll: string | null;
  courseEndsAt: string | null;
  /** The provider that the exam names, even if the exam is not proctored; null if no provider has this name. */
  backend: { name: string; supportsOnboarding: boolean; passingStatuses: readonly string[] } | null;
  /** The same provider; null for an exam that is not proctored. */
  provider: { name: string; verboseName: string; supportsOnboarding: boolean } | null;
  /** The rules of REFERENCE_RELEASE. */
  release: ReleaseRules;
  overridesGradeOnRejection: boolean;
  /** ALLOW_TIMED_OUT_STATE */
  keepsTimedOutState: boolean;
  /** REQUIRE_FAILURE_SECOND_REVIEWS */
  requiresSecondReview: boolean;
  /** The course demands that a second person confirms a rejection. */
  demandsSecondPerson: boolean;
  /** APPEAL_DAYS: a learner may appeal within this many days after the judgement. */
  appealDays: number;
  /** APPEAL_ANSWER_DAYS: the learner gets the answer within this many days after the appeal. */
  appealAnswerDays: number;
  /** ALLOW_REVIEW_UPDATES */
  allowsReviewUpdates: boolean;
  /** The course's provider is an LTI tool, so its exams follow the rules of edx-exams (edx-exams.md §11). */
  followsEdxExams?: boolean;
  /** An LTI tool proctors the exam: the learner may start when the tool says so. */
  startsAtTool?: boolean;
  /** Another attempt of the learner runs, in any course with an LTI tool. Known only for a start in such a course. */
  anotherRuns?: boolean;
  /** The switch edx_proctoring.<backend>_ping_failure_passthrough */
  ignoresPingFailures: boolean;
};
