import { type Shape, Wrong } from '#shapes';
import { clashesOf, lti } from './lti.provider.js';
import type { LtiTool } from './lti-tool.js';
import { mock } from './mock.provider.js';
import { nullProvider } from './null.provider.js';
import { type CommonOptions, commonOptions } from './options.js';
import { type Attributes, defaultProvider, type Host, type Provider, type ProviderType } from './provider.js';
import { rest } from './rest.provider.js';
import { softwareSecure } from './software-secure.provider.js';
import { test } from './test.provider.js';

/** All types of providers, by their names in PROCTORING_BACKENDS. */
export const providerTypes: Readonly<Record<string, ProviderType<any>>> = {
  test,
  rest,
  software_secure: softwareSecure,
  rpnow4: softwareSecure,
  mock,
  null: nullProvider,
  lti,
};

export type ProviderOptions = CommonOptions & Readonly<Record<string, unknown>>;

/** The part of the configuration for providers: PROCTORING_BACKENDS, and settings of the platform. */
export type ProviderConfiguration = Host & {
  backends: Readonly<Record<string, ProviderOptions>>;
  defaultBackend: string;
};

/** An exam names a provider that is not configured. */
export class UnknownProvider extends Error {
  override readonly name = 'UnknownProvider';
}

const typeNameOf = (name: string, options: ProviderOptions) => options.provider ?? name;
const typeOf = (name: string, options: ProviderOptions): ProviderType<any> | undefined => {
  const type = typeNameOf(name, options);
  return Object.hasOwn(providerTypes, type) ? providerTypes[type] : undefined;
};

/** The errors in the options of a provider, one line each. */
export function problemsOf(name: string, options: ProviderOptions): string[] {
  const setting = `PROCTORING_BACKENDS.${name}`;
  const type = typeOf(name, options);
  if (!type) {
    const types = Object.keys(providerTypes).join(', ');
    return [`${setting}: there is no provider "${typeNameOf(name, options)}"; there is: ${types}`];
  }
  const shapes: Record<string, Shape> = { ...commonOptions, ...type.options };
  const missing = type.required.filter((option) => options[option as string] === undefined);
  return [
    ...missing.map((option) => `${setting}.${String(option)} is missing`),
    ...Object.entries(options).flatMap(([option, value]) => {
      if (!Object.hasOwn(shapes, option)) return [`${setting}.${option} is not a setting of this service`];
      // The message does not repeat a wrong value, because it may be a secret.
      const read = shapes[option]!.read(value);
      return read instanceof Wrong ? [`${setting}.${option} ${read.message}`] : [];
    }),
  ];
}

/** The errors of options that only one provider may have. */
export const problemsAmong = (backends: ProviderConfiguration['backends']): string[] =>
  clashesOf(Object.fromEntries(Object.entries(backends).filter(([name, options]) => typeOf(name, options) === lti)));

/** Providers keep tokens and answers, so there is one of each per configuration. */
const providersByConfiguration = new WeakMap<ProviderConfiguration, Map<string, Provider>>();

/** The provider of an exam with this `backend`; null is the default one (domain.md §6.5). Throws UnknownProvider. */
export function providerOf(configuration: ProviderConfiguration, backend: string | null): Provider {
  const name = backend || configuration.defaultBackend;
  const providers = providersByConfiguration.get(configuration) ?? new Map<string, Provider>();
  providersByConfiguration.set(configuration, providers);
  const provider = providers.get(name) ?? makeProvider(configuration, name);
  providers.set(name, provider);
  return provider;
}

/** The provider of an exam; undefined if the exam names one that is not configured. */
export function configuredProvider(configuration: ProviderConfiguration, backend: string | null): Provider | undefined {
  try {
    return providerOf(configuration, backend);
  } catch (error) {
    if (error instanceof UnknownProvider) return undefined;
    throw error;
  }
}

export const providersOf = (configuration: ProviderConfiguration): Provider[] =>
  Object.keys(configuration.backends).map((name) => providerOf(configuration, name));

export type LtiProvider = Provider & { lti: LtiTool };

/** The providers that are LTI 1.3 tools. */
export const ltiProvidersOf = (configuration: ProviderConfiguration): LtiProvider[] =>
  providersOf(configuration).filter((provider): provider is LtiProvider => provider.lti !== undefined);

export const isLtiTool = (configuration: ProviderConfiguration, name: string | null): boolean =>
  Boolean(name && configuredProvider(configuration, name)?.lti);

function makeProvider(configuration: ProviderConfiguration, name: string): Provider {
  const { backends } = configuration;
  const options = Object.hasOwn(backends, name) ? backends[name] : undefined;
  const type = options && typeOf(name, options);
  if (!type) {
    const available = Object.entries(backends).flatMap(([each, options]) => (typeOf(each, options) ? each : []));
    throw new UnknownProvider(
      `There is no proctoring provider "${name}"; there is: ${available.join(', ') || 'none'}.`,
    );
  }
  const attributes = attributesOf(name, options, type, configuration.pingIntervalSeconds);
  return { ...attributes, ...defaultProvider, ...type.make(attributes, options, configuration) } as Provider;
}

const attributesOf = (
  name: string,
  options: CommonOptions,
  { defaults }: ProviderType,
  pingInterval: number,
): Attributes => ({
  name,
  verboseName: options.verbose_name ?? defaults.verboseName ?? 'Unknown',
  pingInterval: options.ping_interval ?? pingInterval,
  supportsOnboarding: options.supports_onboarding ?? defaults.supportsOnboarding ?? false,
  passingStatuses: options.passing_statuses ?? defaults.passingStatuses ?? ['Clean', 'Rules Violation'],
  helpCenterArticleUrl: options.help_center_article_url ?? defaults.helpCenterArticleUrl ?? '',
  techSupportEmail: options.tech_support_email ?? defaults.techSupportEmail ?? '',
  techSupportPhone: options.tech_support_phone ?? defaults.techSupportPhone ?? '',
  learnerNotificationFromEmail: options.learner_notification_from_email ?? '',
  integrationSpecificEmail: options.integration_specific_email,
  videoReviewAesKey: options.video_review_aes_key,
  callbackSecret: options.callback_secret,
  recordingHosts: options.recording_hosts ?? defaults.recordingHosts ?? [],
});
