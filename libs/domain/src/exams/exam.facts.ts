/** Facts that a decision about an attempt needs; they are looked up, and come in with the command. */
export type ExamFacts = {
  examId: number;
  courseId: string;
  contentId: string;
  timeLimitMins: number;
  isProctored: boolean;
  isPracticeExam: boolean;
  isActive: boolean;
  backend: string | null;
  /** The provider's id of it. */
  externalId: string | null;
  reviewPolicyId: number | null;
};

/** Everything looked up for a decision about one learner at one exam. Times are ISO instants. */
export type Facts = {
  exam: ExamFacts;
  /** The learner's effective due date (domain.md §4.1). */
  dueAt: string | null;
  /** The same by everybody's date, where there is one. */
  dueAtForAll: string | null;
  courseEndsAt: string | null;
  /** The provider by whose name the exam goes, also while it is not proctored; null where there is none of that name. */
  backend: { name: string; supportsOnboarding: boolean; passingStatuses: readonly string[] } | null;
  /** The same, null for an exam that is not proctored. */
  provider: { verboseName: string; supportsOnboarding: boolean } | null;
  overridesGradeOnRejection: boolean;
  /** ALLOW_TIMED_OUT_STATE */
  keepsTimedOutState: boolean;
  /** REQUIRE_FAILURE_SECOND_REVIEWS */
  requiresSecondReview: boolean;
  /** ALLOW_REVIEW_UPDATES */
  allowsReviewUpdates: boolean;
  /** The switch edx_proctoring.<backend>_ping_failure_passthrough */
  ignoresPingFailures: boolean;
};
