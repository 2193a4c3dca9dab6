import { isIP } from 'node:net';
import { isLongerThan, limits, onboardingErrors } from '#domain';

/** The kind of a value in the settings file. */
export type Kind = { expects: string; allows: (value: unknown) => boolean };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const oneOf = (...words: readonly string[]): Kind => ({
  expects: `one of ${words.join(', ')}`,
  allows: (value) => words.includes(value as string),
});

const isText = (value: unknown): value is string => typeof value === 'string' && !isLongerThan(limits.text, value);

const listOf = (allows: (text: string) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length <= limits.items && value.every((each) => isText(each) && allows(each));

function isNetwork(text: string): boolean {
  const [address, prefix] = text.split('/');
  const version = isIP(address!);
  return (
    version !== 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128)))
  );
}

function numberUpTo(most: number): Kind {
  return {
    expects: `a number above 0, at most ${most}`,
    allows: (value) => typeof value === 'number' && value > 0 && value <= most,
  };
}

export const kinds = {
  flag: { expects: 'true or false', allows: (value) => typeof value === 'boolean' },
  text: { expects: 'a text', allows: isText },
  filled: { expects: 'a text that is not empty', allows: (value) => isText(value) && value !== '' },
  count: numberUpTo(1_000_000_000),
  // Timers cannot wait for longer than 24 days.
  seconds: numberUpTo(1_000_000),
  texts: {
    expects: 'a list of texts',
    allows: listOf(() => true),
  },
  object: { expects: 'an object', allows: isObject },
  objectOfTexts: {
    expects: 'an object of texts',
    allows: (value) => isObject(value) && Object.values(value).every(isText),
  },
  address: {
    expects: 'an http:// or https:// address',
    allows: (value) => isText(value) && /^https?:\/\//.test(value) && URL.canParse(value),
  },
  httpStatus: {
    expects: 'an HTTP status',
    allows: (value) => Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599,
  },
  aesKey: {
    expects: '32, 48 or 64 hexadecimal digits',
    allows: (value) => typeof value === 'string' && /^([0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i.test(value),
  },
  tripleDesKey: {
    expects: 'a text of 16 or 24 bytes',
    allows: (value) => typeof value === 'string' && [16, 24].includes(Buffer.byteLength(value)),
  },
  callbackSecret: {
    expects: "32 to 200 letters, digits, '-' and '_'",
    allows: (value) => typeof value === 'string' && /^[-\w]{32,200}$/.test(value),
  },
  hosts: {
    expects: 'a list of host names such as video.example.org or *.example.org',
    allows: listOf((each) => /^(\*\.)?[a-z\d-]+(\.[a-z\d-]+)*(:\d{1,5})?$/.test(each)),
  },
  networks: {
    expects: 'a list of IP addresses and networks such as 203.0.113.7 or 203.0.113.0/24',
    allows: listOf(isNetwork),
  },
  onboardingError: oneOf(...onboardingErrors),
  retireAnswer: { expects: 'true, false or "error"', allows: (value) => [true, false, 'error'].includes(value as any) },
} satisfies Record<string, Kind>;

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

export const commonOptions: Record<keyof CommonOptions, Kind> = {
  provider: kinds.text,
  verbose_name: kinds.text,
  ping_interval: kinds.seconds,
  supports_onboarding: kinds.flag,
  help_center_article_url: kinds.text,
  tech_support_email: kinds.text,
  tech_support_phone: kinds.text,
  learner_notification_from_email: kinds.text,
  integration_specific_email: kinds.text,
  passing_statuses: kinds.texts,
  video_review_aes_key: kinds.aesKey,
  callback_secret: kinds.callbackSecret,
  recording_hosts: kinds.hosts,
  LINK_URLS: kinds.objectOfTexts,
};
