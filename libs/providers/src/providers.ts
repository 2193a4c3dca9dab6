import type { Provider } from './provider.js';
import { type TestOptions, testProvider } from './test.provider.js';

type CommonOptions = {
  verbose_name?: string;
  ping_interval?: number;
  supports_onboarding?: boolean;
  has_dashboard?: boolean;
  passing_statuses?: string[];
  help_center_article_url?: string;
  tech_support_email?: string;
  tech_support_phone?: string;
  learner_notification_from_email?: string;
  integration_specific_email?: string;
  video_review_aes_key?: string;
};

/** The part of the configuration that describes providers: PROCTORING_BACKENDS. */
export type ProviderConfiguration = {
  backends: Readonly<Record<string, CommonOptions & TestOptions>>;
  defaultBackend: string;
  pingIntervalSeconds: number;
};

/** An exam names a provider that is not configured, or that this service does not have. */
export class UnknownProvider extends Error {
  override readonly name = 'UnknownProvider';
}

const makers = {
  test: (options: CommonOptions & TestOptions, pingInterval: number): Provider =>
    testProvider(
      {
        name: 'test',
        verboseName: options.verbose_name ?? 'Test Provider',
        pingInterval: options.ping_interval ?? pingInterval,
        supportsOnboarding: options.supports_onboarding ?? true,
        hasDashboard: options.has_dashboard ?? true,
        passingStatuses: options.passing_statuses ?? ['Clean', 'Rules Violation'],
        helpCenterArticleUrl: options.help_center_article_url ?? 'https://test-provider.example.org/help',
        techSupportEmail: options.tech_support_email ?? 'support@test-provider.example.org',
        techSupportPhone: options.tech_support_phone ?? '+1 555 0199',
        learnerNotificationFromEmail: options.learner_notification_from_email ?? '',
        integrationSpecificEmail: options.integration_specific_email,
        videoReviewAesKey: options.video_review_aes_key,
      },
      options,
    ),
};

/** The provider of an exam with this `backend`; null is the default one (domain.md §6.5). Throws UnknownProvider. */
export function providerOf(configuration: ProviderConfiguration, backend: string | null): Provider {
  const { backends, defaultBackend, pingIntervalSeconds } = configuration;
  const name = backend ?? defaultBackend;
  const make = Object.hasOwn(makers, name) && Object.hasOwn(backends, name) && makers[name as keyof typeof makers];
  if (!make) {
    const available = Object.keys(backends).filter((each) => Object.hasOwn(makers, each));
    throw new UnknownProvider(
      `There is no proctoring provider "${name}"; there is: ${available.join(', ') || 'none'}.`,
    );
  }
  return make(backends[name], pingIntervalSeconds);
}
