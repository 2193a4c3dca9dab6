import { isIP } from 'node:net';
import { isLongerThan, limits, onboardingErrors } from '#domain';
import { allowing, flag, isObject, oneOf, type Shape, Wrong } from '#shapes';

const isText = (value: unknown): value is string => typeof value === 'string' && !isLongerThan(limits.text, value);
const listOf = (expects: string, allows: (text: string) => boolean) =>
  allowing<string[]>(
    expects,
    (value) =>
      Array.isArray(value) && value.length <= limits.items && value.every((each) => isText(each) && allows(each)),
  );
const matching = (expects: string, pattern: RegExp) =>
  allowing<string>(expects, (value) => typeof value === 'string' && pattern.test(value));
const numberUpTo = (most: number) =>
  allowing<number>(
    `a number above 0, at most ${most}`,
    (value) => typeof value === 'number' && value > 0 && value <= most,
  );

export function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const version = isIP(address);
  return (
    version !== 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)))
  );
}

// Timers cannot wait for longer than 24 days.
const seconds = numberUpTo(1_000_000);
const isSeconds = (value: unknown) => !(seconds.read(value) instanceof Wrong);

export const shapes = {
  flag,
  text: allowing<string>('a text', isText),
  filled: allowing<string>('a text that is not empty', (value) => isText(value) && value !== ''),
  count: numberUpTo(1_000_000_000),
  seconds,
  timeout: allowing<number | [number, number]>(
    'a number above 0, or a pair of such numbers',
    (value) => isSeconds(value) || (Array.isArray(value) && value.length === 2 && value.every(isSeconds)),
  ),
  texts: listOf('a list of texts', () => true),
  object: allowing<Record<string, unknown>>('an object', isObject),
  objectOfTexts: allowing<Record<string, string>>(
    'an object of texts',
    (value) => isObject(value) && Object.values(value).every(isText),
  ),
  address: allowing<string>(
    'an http:// or https:// address',
    (value) => isText(value) && /^https?:\/\//.test(value) && URL.canParse(value),
  ),
  httpStatus: allowing<number>('an HTTP status', (value) => Number.isInteger(value) && value >= 100 && value <= 599),
  aesKey: matching('32, 48 or 64 hexadecimal digits', /^([0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i),
  tripleDesKey: allowing<string>(
    'a text of 16 or 24 bytes',
    (value) => typeof value === 'string' && [16, 24].includes(Buffer.byteLength(value)),
  ),
  callbackSecret: matching("32 to 200 letters, digits, '-' and '_'", /^[-\w]{32,200}$/),
  hosts: listOf('a list of host names such as video.example.org or *.example.org', (each) =>
    /^(\*\.)?[a-z\d-]+(\.[a-z\d-]+)*(:\d{1,5})?$/.test(each),
  ),
  networks: listOf('a list of IP addresses and networks such as 203.0.113.7 or 203.0.113.0/24', isNetwork),
  onboardingError: oneOf(...onboardingErrors),
  retireAnswer: allowing('true, false or "error"', (value) => [true, false, 'error'].includes(value)),
};

/** Options of every provider. An option that is left out has the provider's own default (domain.md §10.1). */
export type CommonOptions = {
  /** The type of provider, if the provider has another name. */
  provider?: string;
  verbose_name?: string;
  ping_interval?: number;
  supports_onboarding?: boolean;
  help_center_article_url?: string;
  tech_support_email?: string;
  tech_support_phone?: string;
  learner_notification_from_email?: string;
  integration_specific_email?: string;
  /** Review statuses that verify an attempt, such as "Clean". */
  passing_statuses?: string[];
  video_review_aes_key?: string;
  /** Proves that a callback comes from the provider. It signs the body; for Software Secure it is in the path. */
  callback_secret?: string;
  /** The hosts of recordings. Links must use https. */
  recording_hosts?: string[];
  /** `contact`: where mails send learners with questions. */
  LINK_URLS?: Record<string, string>;
};

export const commonOptions: Record<keyof CommonOptions, Shape> = {
  provider: shapes.text,
  verbose_name: shapes.text,
  ping_interval: shapes.seconds,
  supports_onboarding: shapes.flag,
  help_center_article_url: shapes.text,
  tech_support_email: shapes.text,
  tech_support_phone: shapes.text,
  learner_notification_from_email: shapes.text,
  integration_specific_email: shapes.text,
  passing_statuses: shapes.texts,
  video_review_aes_key: shapes.aesKey,
  callback_secret: shapes.callbackSecret,
  recording_hosts: shapes.hosts,
  LINK_URLS: shapes.objectOfTexts,
};
