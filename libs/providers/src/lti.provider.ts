import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ControlAction, controlActions, isLongerThan, limits } from '#domain';
import { allowing, Wrong } from '#shapes';
import { shapes } from './options.js';
import type { ProviderType } from './provider.js';

export type LtiOptions = {
  lti_id: number;
  lti_uuid: string;
  client_id: string;
  login_url: string;
  launch_url: string;
  redirect_urls?: string[];
  tool_key: string;
  platform_key: string;
  control_actions?: ControlAction[];
  org?: string;
  tech_support_url?: string;
};

const isAddress = (text: string) => !(shapes.address.read(text) instanceof Wrong);
const isRsa = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;

/** Keys are read at the start, so that a wrong one stops the start. */
const isReadable = (text: unknown, keyOf: (text: string) => KeyObject) => {
  if (typeof text !== 'string' || isLongerThan(limits.text, text)) return false;
  try {
    return isRsa(keyOf(text));
  } catch {
    return false;
  }
};
const isPem = (text: string) => text.trimStart().startsWith('-----BEGIN ');
const pemOf = (text: string) => (isPem(text) ? text : readFileSync(text, 'utf8'));
const isPublicKey = (text: string) => isPem(text) && !text.includes('PRIVATE KEY') && isReadable(text, createPublicKey);

/** A proctoring tool that speaks LTI 1.3. The learner's browser carries the messages; nothing is registered at the tool. */
export const lti: ProviderType<LtiOptions> = {
  options: {
    lti_id: allowing<number>(
      'a whole number above 0',
      (value) => Number.isInteger(value) && value > 0 && value <= limits.id,
    ),
    lti_uuid: allowing<string>('a UUID in lower case', (value) =>
      /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(value),
    ),
    client_id: shapes.filled,
    login_url: shapes.address,
    launch_url: shapes.address,
    redirect_urls: allowing<string[]>(
      'a list of http:// or https:// addresses',
      (value) => Array.isArray(value) && value.length > 0 && value.length <= limits.items && value.every(isAddress),
    ),
    tool_key: allowing<string>(
      'a public RSA key of at least 2048 bits as PEM, or the http:// or https:// address of a key set',
      (value) => typeof value === 'string' && (isAddress(value) || isPublicKey(value)),
    ),
    platform_key: allowing<string>('a private RSA key of at least 2048 bits as PEM, or the path of its file', (value) =>
      isReadable(value, (text) => createPrivateKey(pemOf(text))),
    ),
    control_actions: allowing<ControlAction[]>(
      `a list of ${controlActions.join(', ')}`,
      (value) => Array.isArray(value) && value.every((each) => controlActions.includes(each)),
    ),
    org: shapes.filled,
    tech_support_url: shapes.address,
  },
  required: ['lti_id', 'lti_uuid', 'client_id', 'login_url', 'launch_url', 'tool_key', 'platform_key'],
  defaults: { verboseName: 'LTI tool' },

  make: ({ name }, options) => ({
    register: async () => ({ externalId: null }),
    lti: {
      name,
      id: options.lti_id,
      uuid: options.lti_uuid,
      clientId: options.client_id,
      loginUrl: options.login_url,
      launchUrl: options.launch_url,
      redirectUrls: options.redirect_urls ?? [options.launch_url],
      toolKey: options.tool_key,
      platformKey: pemOf(options.platform_key),
      actions: options.control_actions ?? controlActions,
      org: options.org ?? null,
      techSupportUrl: options.tech_support_url ?? null,
    },
  }),
};

/** No two tools may have the same value of these options. */
const identifying = ['lti_id', 'lti_uuid', 'client_id'] as const;

/** The errors of tools that share such an option, one line each. */
export const clashesOf = (tools: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string[] =>
  identifying.flatMap((option) => {
    const seen = new Map<unknown, string>();
    return Object.entries(tools).flatMap(([name, options]) => {
      const other = seen.get(options[option]);
      seen.set(options[option], name);
      return other === undefined ? [] : [`PROCTORING_BACKENDS.${name}.${option} is also that of ${other}`];
    });
  });
