import type { Registration } from '#domain';

/** An exam as REST shows it (rest-api.md §3.2). */
export type ProvidedExam = { id: number; external_id: string | null };

/** What a provider is told of an attempt (domain.md §3.3). */
export type RegistrationContext = {
  lms_host: string;
  time_limit_mins: number;
  attempt_code: string;
  is_sample_attempt: boolean;
  /** Obscured (domain.md §7.7). */
  user_id: string;
  full_name: string;
  email: string | null;
  review_policy?: string;
  review_policy_exception?: string;
};

/** A proctoring vendor, or what stands in for one (domain.md §10.1). Every call may throw ProviderRefused. */
export type Provider = {
  /** The name under which it is configured and exams refer to it. */
  name: string;
  verboseName: string;
  /** Seconds. */
  pingInterval: number;
  supportsOnboarding: boolean;
  hasDashboard: boolean;
  /** Kept review statuses that verify an attempt, such as "Clean". */
  passingStatuses: readonly string[];
  helpCenterArticleUrl: string;
  techSupportEmail: string;
  techSupportPhone: string;
  learnerNotificationFromEmail: string;
  integrationSpecificEmail?: string;
  videoReviewAesKey?: string;
  blocksExamMaterial: boolean;

  register(exam: ProvidedExam, context: RegistrationContext, attemptId: number): Promise<NonNullable<Registration>>;
  start(examExternalId: string | null, attemptExternalId: string | null): Promise<void>;
  stop(examExternalId: string | null, attemptExternalId: string | null): Promise<void>;
  markErroneous(examExternalId: string | null, attemptExternalId: string | null): Promise<void>;
  /** Whether it is gone there. */
  remove(examExternalId: string | null, attemptExternalId: string | null): Promise<boolean>;
  /** Answers the provider's id of the exam, where it has one. */
  examSaved(exam: ProvidedExam): Promise<string | undefined>;
  downloadUrl(): Promise<string | undefined>;
  javascriptUrl(): string;
  config(language?: string): Promise<object | null>;
  /** A review in the REST format, from the provider's own (domain.md §8.1). */
  normalizeReview(payload: unknown): unknown;
  instructorUrl(dashboard: Dashboard): string | undefined;
  /** Undefined: there was nothing to do. */
  retireUser(obscuredUserId: string): Promise<boolean | undefined>;
  /** Undefined: the provider has no such list. */
  onboardingProfiles(courseId: string, filters: Record<string, string>): Promise<unknown>;
};

export type Dashboard = {
  courseId: string;
  /** `id` is obscured. */
  user: { id: string; full_name: string; email: string };
  examExternalId?: string | null;
  attemptExternalId?: string | null;
  configuration?: boolean;
};

/** A provider answered with an error, or not at all (`status` 503). `message` is fit for clients. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';

  constructor(
    readonly provider: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
