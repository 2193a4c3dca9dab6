import { isLongerThan, limits } from '#domain';
import { type ProviderOptions, problemsAmong, problemsOf, shapes } from '#providers';
import { allowing, isObject, type Shape, Wrong } from '#shapes';

/** The settings of the reference's host that this service uses (domain.md §14). */
export type Settings = {
  /** Options by provider. Missing options have the provider's defaults. */
  backends: Record<string, ProviderOptions>;
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
  statusEmailFromAddress?: string;
  defaultFromEmail?: string;
  techSupportEmail: string;
  allowReviewUpdates: boolean;
  allowCallbackSimulation: boolean;
  defaultReviewPolicy: string;
  languageCode: string;
  lmsRootUrl: string;
  examContentFrame: boolean;
  workerStatsFile?: string;
  workerBundleDir: string;
  staticUrl: string;
  requireFailureSecondReviews: boolean;
  proctoredExamViewablePastDue: boolean;
  pingIntervalSeconds: number;
  useOnboardingProfileApi: boolean;
  retirementServiceWorkerUsername: string;
  secretKey?: string;
  userObfuscationKey?: string;
  /** By user name or address; `ANONYMOUS` for all other addresses, `DEFAULT` for all others. */
  rateLimits: Record<string, { requests: number; seconds: number }>;
  /** The switches that were named, on or off. */
  switches: Record<string, boolean>;
};

type Setting<T> = Shape<T> & {
  key: string;
  /** May also be in PROCTORING_SETTINGS, which takes precedence. */
  alsoInside?: true;
  secret?: true;
  default: T;
  means: string;
};
type Fields = Record<string, unknown>;

const { flag, text, filled, count, seconds, object, objectOfTexts } = shapes;
const share = allowing<number>(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
);
const sender = allowing<string>(
  'an e-mail address, or "name <address>"',
  (value) => typeof value === 'string' && /^([^\s@<>]+@[^\s@<>]+|[^\r\n@<>]* <[^\s@<>]+@[^\s@<>]+>)$/.test(value),
);
const isRate = (limit: unknown) =>
  isObject(limit) &&
  Object.keys(limit).length === 2 &&
  !(count.read(limit.requests) instanceof Wrong) &&
  !(seconds.read(limit.seconds) instanceof Wrong);
const rates = allowing<Settings['rateLimits']>(
  'an object of {"requests": n, "seconds": n}, both above 0',
  (value) => isObject(value) && Object.values(value).every(isRate),
);

type Plain = Omit<Settings, 'backends' | 'defaultBackend' | 'switches'>;

/** Keys are the reference's names. A key with a dot is inside the object that is named before the dot. */
export const settings: { [Field in keyof Plain]-?: Setting<Plain[Field]> } = {
  allowTimedOutState: {
    key: 'PROCTORING_SETTINGS.ALLOW_TIMED_OUT_STATE',
    ...flag,
    default: false,
    means: 'An attempt whose time is over becomes `timed_out` instead of `submitted`.',
  },
  linkUrls: {
    key: 'PROCTORING_SETTINGS.LINK_URLS',
    ...objectOfTexts,
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
    means: 'Host name of the LMS. Providers get it.',
  },
  https: {
    key: 'HTTPS',
    ...allowing<'on' | 'off'>('"on" or "off"', (value) => value === 'on' || value === 'off'),
    default: 'on',
    means: "Whether the LMS' address begins with https.",
  },
  platformName: {
    key: 'PLATFORM_NAME',
    ...text,
    default: 'Exam proctoring',
    means: 'Name of the learning platform, for people.',
  },
  languageCode: {
    key: 'LANGUAGE_CODE',
    ...filled,
    default: 'en',
    means: 'The language that the service asks providers for, besides the learner.',
  },
  lmsRootUrl: {
    key: 'LMS_ROOT_URL',
    ...text,
    default: '',
    means: "Address of the LMS, before the path of a provider's script.",
  },
  workerStatsFile: {
    key: 'WEBPACK_LOADER.WORKERS.STATS_FILE',
    ...text,
    default: undefined,
    means: "The statistics file of the LMS' bundles of providers' scripts.",
  },
  workerBundleDir: {
    key: 'WEBPACK_LOADER.WORKERS.BUNDLE_DIR_NAME',
    ...text,
    default: '',
    means: 'Folder of these bundles below `STATIC_URL`, with a slash at its end.',
  },
  staticUrl: { key: 'STATIC_URL', ...text, default: '/static/', means: "Path of the LMS' static files." },
  learningMicrofrontendUrl: {
    key: 'LEARNING_MICROFRONTEND_URL',
    ...text,
    default: '',
    means: 'Address of the learning front end, before `/course/…` in links to exams.',
  },
  examContentFrame: {
    key: 'EXAM_CONTENT_FRAME',
    ...flag,
    default: false,
    means:
      'The page `/exams/…` shows the content of a running exam in a frame, from `LMS_ROOT_URL`. The LMS must allow it. Without it there is a link.',
  },
  contactEmail: {
    key: 'CONTACT_EMAIL',
    ...text,
    default: '',
    means:
      "The platform's contact address: for learners, and for notices about reviews in courses that have no address for that.",
  },
  statusEmailFromAddress: {
    key: 'PROCTORING_SETTINGS.STATUS_EMAIL_FROM_ADDRESS',
    ...sender,
    default: undefined,
    means: 'The sender of mails, if it is not `DEFAULT_FROM_EMAIL`.',
  },
  defaultFromEmail: {
    key: 'DEFAULT_FROM_EMAIL',
    ...sender,
    default: undefined,
    means: 'The sender of mails; needed with `SMTP_URL`.',
  },
  techSupportEmail: {
    key: 'TECH_SUPPORT_EMAIL',
    ...text,
    default: '',
    means: 'The page with help for learners whose account is not active.',
  },
  allowReviewUpdates: {
    key: 'ALLOW_REVIEW_UPDATES',
    alsoInside: true,
    ...flag,
    default: true,
    means: 'A second review of an attempt replaces the first; when false it is refused.',
  },
  allowCallbackSimulation: {
    key: 'PROCTORING_SETTINGS.ALLOW_CALLBACK_SIMULATION',
    ...flag,
    default: false,
    means: 'Accepts reviews of Software Secure with any record locator. For tests only.',
  },
  defaultReviewPolicy: {
    key: 'DEFAULT_REVIEW_POLICY',
    alsoInside: true,
    ...text,
    default: 'Closed Book',
    means: "The text for Software Secure's reviewers at an exam without a review policy.",
  },
  requireFailureSecondReviews: {
    key: 'REQUIRE_FAILURE_SECOND_REVIEWS',
    alsoInside: true,
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
    alsoInside: true,
    ...seconds,
    default: 60,
    means: "Seconds between a browser's pings, unless the provider's `ping_interval` says otherwise.",
  },
  useOnboardingProfileApi: {
    key: 'USE_ONBOARDING_PROFILE_API',
    alsoInside: true,
    ...flag,
    default: false,
    means: "The service asks the provider for a learner's onboarding status, if the provider has onboarding profiles.",
  },
  retirementServiceWorkerUsername: {
    key: 'RETIREMENT_SERVICE_WORKER_USERNAME',
    ...text,
    default: 'retirement_worker',
    means: 'The user who may retire learners, beside superusers.',
  },
  secretKey: {
    key: 'SECRET_KEY',
    ...filled,
    secret: true,
    default: undefined,
    means:
      "The LMS' own secret, if it is to check the cookie `exam` of secure browsers. Without it one is made in `DATA_DIR`.",
  },
  userObfuscationKey: {
    key: 'PROCTORING_USER_OBFUSCATION_KEY',
    ...filled,
    secret: true,
    default: undefined,
    means: 'Key of the ids under which providers know learners. Without it one is made in `DATA_DIR`.',
  },
  rateLimits: {
    key: 'RATE_LIMITS',
    ...rates,
    default: {},
    means:
      'How many requests one process accepts of a client: by user name, or by address if it is not logged in. `ANONYMOUS` is for all other addresses (default: 1,200 in 60 seconds), `DEFAULT` for all other users. More requests are answered with 429.',
  },
};

const inside = (key: string) => `PROCTORING_SETTINGS.${key}`;

/** The meaning of each switch, by its name; `<provider>` is any. */
export const switches: Record<string, string> = {
  'edx_proctoring.<provider>_ping_failure_passthrough': 'Failed pings of that provider do not end attempts.',
  'edx_proctoring.onboarding_profile_instructor_dashboard_api':
    'Staff see the onboarding status that the provider reports.',
  'edx_proctoring.reds_api_redirect': 'Staff are redirected to the recording of a Software Secure attempt.',
};

const isSwitch = (name: string) =>
  /^edx_proctoring\..+_ping_failure_passthrough$/.test(name) || (Object.hasOwn(switches, name) && !/</.test(name));

/** Reads the settings file's content. `problems` has a line for each problem. */
export function readSettings(file: unknown): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const check = (key: string, shape: Shape | undefined, value: unknown) => {
    if (!shape) problems.push(`${key} is not a setting of this service`);
    else if (typeof value === 'string' && isLongerThan(limits.text, value))
      problems.push(`${key} must have at most ${limits.text} characters`);
    else {
      const read = shape.read(value);
      if (read instanceof Wrong) problems.push(`${key} ${read.message}, not ${JSON.stringify(value)}`);
    }
  };
  const objectOf = (key: string, value: unknown): Fields => {
    check(key, object, value);
    return isObject(value) ? value : {};
  };

  const {
    PROCTORING_BACKENDS: providers = { DEFAULT: 'test', test: {} },
    SWITCHES: switches = {},
    ...others
  } = objectOf('The file', file);

  const table = Object.entries(settings);
  const keys = table.flatMap(([, { key, alsoInside }]) => [key, ...(alsoInside ? [inside(key)] : [])]);
  const given: Fields = {};
  const read = (prefix: string, fields: Fields) => {
    for (const [name, value] of Object.entries(fields)) {
      const key = prefix + name;
      if (keys.some((each) => each.startsWith(`${key}.`))) read(`${key}.`, objectOf(key, value));
      else given[key] = value;
    }
  };
  read('', others);
  for (const [key, value] of Object.entries(given))
    check(key, table.find(([, row]) => key === row.key || (row.alsoInside && key === inside(row.key)))?.[1], value);

  const { DEFAULT: defaultBackend, ...backends } = objectOf('PROCTORING_BACKENDS', providers);
  for (const [name, options] of Object.entries(backends))
    problems.push(...problemsOf(name, objectOf(`PROCTORING_BACKENDS.${name}`, options)));
  problems.push(
    ...problemsAmong(Object.fromEntries(Object.entries(backends).filter(([, each]) => isObject(each))) as never),
  );
  const names = Object.keys(backends);
  check(
    'PROCTORING_BACKENDS.DEFAULT',
    allowing(`one of ${JSON.stringify(names)}`, (value) => names.includes(value)),
    defaultBackend,
  );

  for (const [name, value] of Object.entries(objectOf('SWITCHES', switches)))
    check(`SWITCHES.${name}`, isSwitch(name) ? flag : undefined, value);

  const settingOf = ({ key, default: otherwise }: Setting<unknown>) => given[inside(key)] ?? given[key] ?? otherwise;
  const plain = Object.fromEntries(table.map(([field, row]) => [field, settingOf(row)])) as Plain;
  return { settings: { ...plain, backends, defaultBackend, switches } as Settings, problems };
}
