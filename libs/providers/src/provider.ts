import { isLongerThan, isStorable, limits, type Registration } from '#domain';
import type { Shape } from '#shapes';
import type { LtiTool } from './lti-tool.js';
import type { CommonOptions } from './options.js';

/** An exam as REST shows it (rest-api.md §3.2); `rule_summary` is its review policy. */
export type ExamForProvider = {
  id: number;
  external_id: string | null;
  course_id: string;
  exam_name: string;
  rule_summary?: string;
};

/** The data of an attempt for a provider (domain.md §3.3). */
export type RegistrationContext = {
  lms_host: string;
  time_limit_mins: number;
  attempt_code: string;
  is_sample_attempt: boolean;
  /** The obscured id (domain.md §7.7). */
  user_id: string;
  full_name: string;
  email: string | null;
  review_policy?: string;
  review_policy_exception?: string;
};

/** The changes of an attempt that providers are notified of. */
export type AttemptNotification = 'start' | 'stop' | 'mark_erroneous' | 'remove';

/** A provider's texts about itself, or about one attempt, for the learner. */
export type Guidance = { download_url?: unknown; instructions?: unknown };

export type Attributes = {
  /** The name in the configuration, and in exams. */
  name: string;
  verboseName: string;
  /** Seconds. */
  pingInterval: number;
  supportsOnboarding: boolean;
  /** Review statuses that verify an attempt, such as "Clean". */
  passingStatuses: readonly string[];
  helpCenterArticleUrl: string;
  techSupportEmail: string;
  techSupportPhone: string;
  learnerNotificationFromEmail: string;
  integrationSpecificEmail?: string;
  /** Hexadecimal; encrypts links to recordings (domain.md §8.7). */
  videoReviewAesKey?: string;
  /** The provider proves with it that a callback comes from it. */
  callbackSecret?: string;
  /** Hosts of links to recordings; other links are dropped. */
  recordingHosts: readonly string[];
};

export type Calls = {
  /** `at` is the time of the decision. `late` gets a registration that comes after the time limit. */
  register(
    exam: ExamForProvider,
    context: RegistrationContext,
    attemptId: number,
    at: string,
    late?: (registration: NonNullable<Registration>) => void,
  ): Promise<NonNullable<Registration>>;
  notify(notification: AttemptNotification, examExternalId: string | null, attemptExternalId: string): Promise<void>;
  /** Answers the provider's id of the exam, if it gives one. */
  examSaved(exam: ExamForProvider): Promise<string | undefined>;
  /** Instructions for one attempt. Undefined: the provider has none for single attempts, or cannot answer now. */
  guidance(examExternalId: string | null, attemptExternalId: string, language: string): Promise<Guidance | undefined>;
  /** The address of the provider's software, for attempts without one of their own. */
  downloadUrl(language: string): Promise<string | undefined>;
  /** Null: the provider has none, or cannot answer now. */
  config(language: string): Promise<(Guidance & object) | null>;
  javascriptUrl(): string;
  /** Turns a review from the provider's format into the REST format (domain.md §8.1). Undefined: it sends no reviews. */
  normalizeReview(payload: Record<string, unknown>, attempt: ReviewedAttempt): unknown;
  instructorUrl(dashboard: Dashboard): Promise<string | undefined>;
  /** Undefined: there was nothing to do. */
  retireUser(obscuredUserId: string): Promise<boolean | undefined>;
  /** Undefined: the provider has no such list. */
  onboardingProfiles(courseId: string, filters: Record<string, string>): Promise<unknown>;
};

/** A proctoring provider (domain.md §10.1). Every call may throw ProviderRefused. */
export type Provider = Attributes &
  Calls & {
    /** It is notified of attempts, exams and learners. */
    wantsNotifications: boolean;
    /** Each attempt is ready to start as soon as it exists. */
    makesReady: boolean;
    /** Its answers to `instructorUrl` are pages for a whole course. */
    hasDashboard: boolean;
    blocksExamMaterial: boolean;
    /** Its reviews name the attempt by code, and are not signed. */
    reviewsByCode: boolean;
    /** These reviews come from these networks; if the list is empty, from anywhere. */
    callbackNetworks: readonly string[];
    /** The LTI 1.3 tool; undefined for other kinds of providers. */
    lti?: LtiTool;
  };

export type ReviewedAttempt = { attemptCode: string; externalId: string | null };

export type Dashboard = {
  /** The time of the request. */
  at: string;
  courseId: string;
  /** `id` is the obscured id. */
  user: { id: string; full_name: string; email: string };
  examExternalId?: string | null;
  attemptExternalId?: string | null;
  configuration?: boolean;
  /** The recording of the attempt's review, encrypted. */
  videoUrl?: string;
};

/** Settings of the platform for providers. */
export type Host = {
  pingIntervalSeconds: number;
  allowCallbackSimulation: boolean;
  defaultReviewPolicy: string;
  languageCode: string;
  lmsRootUrl: string;
  workerStatsFile?: string;
  staticUrl?: string;
  workerBundleDir?: string;
};

/** A type of provider: its own options, and defaults for attributes that no option sets. */
export type ProviderType<Options extends object = object> = {
  options: Record<keyof Options, Shape>;
  required: readonly (keyof Options)[];
  defaults: Partial<Omit<Attributes, 'name'>>;
  make(attributes: Attributes, options: Options & CommonOptions, host: Host): Partial<Provider>;
};

/** The default of each function that a provider leaves out (domain.md §10.1). */
export const defaultProvider: Omit<Provider, keyof Attributes | 'register'> = {
  wantsNotifications: false,
  makesReady: false,
  hasDashboard: false,
  blocksExamMaterial: false,
  reviewsByCode: false,
  callbackNetworks: [],
  notify: async () => {},
  examSaved: async () => undefined,
  guidance: async () => undefined,
  downloadUrl: async () => undefined,
  config: async () => null,
  javascriptUrl: () => '',
  normalizeReview: () => undefined,
  instructorUrl: async () => undefined,
  retireUser: async () => undefined,
  onboardingProfiles: async () => undefined,
};

/** A provider answered with an error, or not at all (`status` 503 or 504). Clients may see `message`. */
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

/** A provider's id as text; undefined if it is missing or cannot be stored. */
export const givenId = (value: unknown): string | undefined => {
  const text = ['string', 'number'].includes(typeof value) && value ? String(value) : '';
  return text !== '' && isStorable(text) && !isLongerThan(limits.name, text) ? text : undefined;
};
