import { type OnboardingError, onboardingErrors } from '#domain';

/** What the reference finds in its host's settings, as far as this service uses it (spec: domain §14). */
export type Settings = {
  /** Options by provider; what is left out is the provider's own default. */
  backends: Record<string, BackendOptions>;
  defaultBackend: string;
  allowTimedOutState: boolean;
  linkUrls: Record<string, string>;
  lowThresholdPct: number;
  criticallyLowThresholdPct: number;
  siteName: string;
  https: 'on' | 'off';
  platformName: string;
  learningMicrofrontendUrl: string;
  contactEmail: string;
  allowReviewUpdates: boolean;
  requireFailureSecondReviews: boolean;
  proctoredExamViewablePastDue: boolean;
  pingIntervalSeconds: number;
  useOnboardingProfileApi: boolean;
  retirementServiceWorkerUsername: string;
  secretKey?: string;
  userObfuscationKey?: string;
  /** By user name or address; `DEFAULT` for all others. */
  rateLimits: Record<string, { requests: number; seconds: number }>;
  /** The switches that were named, on or off. */
  switches: Record<string, boolean>;
};

export type BackendOptions = {
  verbose_name?: string;
  ping_interval?: number;
  supports_onboarding?: boolean;
  has_dashboard?: boolean;
  help_center_article_url?: string;
  tech_support_email?: string;
  tech_support_phone?: string;
  learner_notification_from_email?: string;
  integration_specific_email?: string;
  /** Kept review statuses that verify an attempt. */
  passing_statuses?: string[];
  software_download_url?: string;
  /** Of the provider `test`: what it answers instead of success. */
  onboarding_error?: OnboardingError;
  /** An HTTP status. */
  register_error?: number;
  without_attempt_id?: boolean;
  removal_answer?: boolean;
  retire_answer?: boolean | 'error';
  block_exam_material?: boolean;
  onboarding_profiles?: object;
};

type Kind = { expects: string; allows: (value: unknown) => boolean };
type Setting<T> = Kind & { key: string; default: T; means: string };
type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const flag: Kind = { expects: 'true or false', allows: (value) => typeof value === 'boolean' };
const text: Kind = { expects: 'a text', allows: (value) => typeof value === 'string' };
const seconds: Kind = { expects: 'a number above 0', allows: (value) => typeof value === 'number' && value > 0 };
const share: Kind = {
  expects: 'a number from 0 to 1',
  allows: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};
const texts: Kind = {
  expects: 'an object of texts',
  allows: (value) => isObject(value) && Object.values(value).every(text.allows),
};
const object: Kind = { expects: 'an object', allows: isObject };
const rates: Kind = {
  expects: 'an object of {"requests": n, "seconds": n}, both above 0',
  allows: (value) =>
    isObject(value) &&
    Object.values(value).every(
      (limit) =>
        isObject(limit) && Object.keys(limit).length === 2 && [limit.requests, limit.seconds].every(seconds.allows),
    ),
};

export const backendOptions: Record<keyof BackendOptions, Kind> = {
  verbose_name: text,
  ping_interval: seconds,
  supports_onboarding: flag,
  has_dashboard: flag,
  help_center_article_url: text,
  tech_support_email: text,
  tech_support_phone: text,
  learner_notification_from_email: text,
  integration_specific_email: text,
  passing_statuses: {
    expects: 'a list of texts',
    allows: (value) => Array.isArray(value) && value.every(text.allows),
  },
  software_download_url: text,
  onboarding_error: {
    expects: `one of ${onboardingErrors.join(', ')}`,
    allows: (value) => onboardingErrors.includes(value as OnboardingError),
  },
  register_error: { expects: 'an HTTP status', allows: Number.isInteger },
  without_attempt_id: flag,
  removal_answer: flag,
  retire_answer: { expects: 'true, false or "error"', allows: (value) => flag.allows(value) || value === 'error' },
  block_exam_material: flag,
  onboarding_profiles: object,
};

type Plain = Omit<Settings, 'backends' | 'defaultBackend' | 'switches'>;

/** Keys are the reference's names; one with a dot stands inside the object before the dot. */
export const settings: { [Field in keyof Plain]-?: Setting<Plain[Field]> } = {
  allowTimedOutState: {
    key: 'PROCTORING_SETTINGS.ALLOW_TIMED_OUT_STATE',
    ...flag,
    default: false,
    means: 'An attempt that runs out of time becomes `timed_out` instead of `submitted`.',
  },
  linkUrls: {
    key: 'PROCTORING_SETTINGS.LINK_URLS',
    ...texts,
    default: {},
    means: 'Links for learners: `faq`, `contact_us`, `online_proctoring_rules`, …',
  },
  lowThresholdPct: {
    key: 'PROCTORING_SETTINGS.low_threshold_pct',
    ...share,
    default: 0.2,
    means: 'Share of the time limit at which the remaining time counts as low.',
  },
  criticallyLowThresholdPct: {
    key: 'PROCTORING_SETTINGS.critically_low_threshold_pct',
    ...share,
    default: 0.05,
    means: 'Share of the time limit at which the remaining time counts as critically low.',
  },
  siteName: {
    key: 'SITE_NAME',
    ...text,
    default: 'localhost',
    means: 'Host name of the LMS, told to proctoring providers.',
  },
  https: {
    key: 'HTTPS',
    expects: '"on" or "off"',
    allows: (value) => value === 'on' || value === 'off',
    default: 'on',
    means: "Whether the LMS' address begins with https.",
  },
  platformName: {
    key: 'PLATFORM_NAME',
    ...text,
    default: 'Exam proctoring',
    means: 'Name of the learning platform, for people.',
  },
  learningMicrofrontendUrl: {
    key: 'LEARNING_MICROFRONTEND_URL',
    ...text,
    default: '',
    means: 'Address of the learning front end, before `/course/…` in links to exams.',
  },
  contactEmail: { key: 'CONTACT_EMAIL', ...text, default: '', means: "The platform's contact address, for learners." },
  allowReviewUpdates: {
    key: 'ALLOW_REVIEW_UPDATES',
    ...flag,
    default: true,
    means: 'A second review of an attempt replaces the first; when false it is refused.',
  },
  requireFailureSecondReviews: {
    key: 'REQUIRE_FAILURE_SECOND_REVIEWS',
    ...flag,
    default: true,
    means: 'A failing review without a human reviewer asks for a second review instead of rejecting the attempt.',
  },
  proctoredExamViewablePastDue: {
    key: 'PROCTORED_EXAM_VIEWABLE_PAST_DUE',
    ...flag,
    default: false,
    means: 'A learner who acknowledged the result sees the exam after its due date.',
  },
  pingIntervalSeconds: {
    key: 'DESKTOP_APPLICATION_PING_INTERVAL_SECONDS',
    ...seconds,
    default: 60,
    means: "Seconds between a browser's pings, unless the provider's `ping_interval` says otherwise.",
  },
  useOnboardingProfileApi: {
    key: 'USE_ONBOARDING_PROFILE_API',
    ...flag,
    default: false,
    means: "A learner's onboarding status is asked of the provider, where it keeps profiles.",
  },
  retirementServiceWorkerUsername: {
    key: 'RETIREMENT_SERVICE_WORKER_USERNAME',
    ...text,
    default: 'retirement_worker',
    means: 'The user who may retire learners, beside superusers.',
  },
  secretKey: {
    key: 'SECRET_KEY',
    expects: 'a text that is not empty',
    allows: (value) => typeof value === 'string' && value !== '',
    default: undefined,
    means:
      "The LMS' own secret, if it is to check the cookie `exam` of secure browsers. Without it one is made in `DATA_DIR`.",
  },
  userObfuscationKey: {
    key: 'PROCTORING_USER_OBFUSCATION_KEY',
    expects: 'a text that is not empty',
    allows: (value) => typeof value === 'string' && value !== '',
    default: undefined,
    means: 'Key of the ids under which providers know learners. Without it one is made in `DATA_DIR`.',
  },
  rateLimits: {
    key: 'RATE_LIMITS',
    ...rates,
    default: {},
    means:
      'How much a client may ask of one process, by its user name, or by its address where no login is asked for; `DEFAULT` for all others. Beyond it: 429.',
  },
};

/** Reads the settings file's content; `problems` says what is wrong with it, one line each. */
export function readSettings(file: unknown): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const check = (key: string, kind: Kind | undefined, value: unknown) => {
    if (!kind) problems.push(`${key} is not a setting of this service`);
    else if (!kind.allows(value)) problems.push(`${key} must be ${kind.expects}, not ${JSON.stringify(value)}`);
  };
  const objectOf = (key: string, value: unknown): Fields => {
    check(key, object, value);
    return isObject(value) ? value : {};
  };

  const {
    PROCTORING_SETTINGS: inner = {},
    PROCTORING_BACKENDS: providers = { DEFAULT: 'test', test: {} },
    SWITCHES: switches = {},
    ...outer
  } = objectOf('The file', file);

  const given: Fields = { ...outer };
  for (const [key, value] of Object.entries(objectOf('PROCTORING_SETTINGS', inner)))
    given[`PROCTORING_SETTINGS.${key}`] = value;
  const table = Object.entries(settings);
  for (const [key, value] of Object.entries(given)) check(key, table.find(([, row]) => row.key === key)?.[1], value);

  const { DEFAULT: defaultBackend, ...backends } = objectOf('PROCTORING_BACKENDS', providers);
  for (const [name, options] of Object.entries(backends))
    for (const [option, value] of Object.entries(objectOf(`PROCTORING_BACKENDS.${name}`, options)))
      check(`PROCTORING_BACKENDS.${name}.${option}`, backendOptions[option as keyof BackendOptions], value);
  const names = Object.keys(backends);
  check(
    'PROCTORING_BACKENDS.DEFAULT',
    { expects: `one of ${JSON.stringify(names)}`, allows: (value) => names.includes(value as string) },
    defaultBackend,
  );

  for (const [name, value] of Object.entries(objectOf('SWITCHES', switches)))
    check(`SWITCHES.${name}`, /^edx_proctoring\..+_ping_failure_passthrough$/.test(name) ? flag : undefined, value);

  const plain = Object.fromEntries(table.map(([field, row]) => [field, given[row.key] ?? row.default])) as Plain;
  return { settings: { ...plain, backends, defaultBackend, switches } as Settings, problems };
}
