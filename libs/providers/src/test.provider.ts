import type { OnboardingError } from '#domain';
import { type Provider, ProviderRefused } from './provider.js';

/** How the provider `test` can be made to answer otherwise; beside the options that every provider has. */
export type TestOptions = {
  onboarding_error?: OnboardingError;
  /** The HTTP status of its refusal. */
  register_error?: number;
  without_attempt_id?: boolean;
  retire_answer?: boolean | 'error';
  removal_answer?: boolean;
  block_exam_material?: boolean;
  software_download_url?: string;
  onboarding_profiles?: unknown;
};

/** Answers at once and alone: for tests, demonstrations and a service without a vendor. */
export const testProvider = (
  common: Omit<Provider, 'blocksExamMaterial' | keyof Calls>,
  options: TestOptions,
): Provider => {
  const { name, verboseName } = common;
  const download = options.software_download_url ?? 'https://test-provider.example.org/download';

  return {
    ...common,
    blocksExamMaterial: options.block_exam_material ?? false,

    async register(_exam, _context, attemptId) {
      const { register_error: error, onboarding_error: onboardingError, without_attempt_id: silent } = options;
      if (error) throw new ProviderRefused(name, error, `${verboseName} cannot register the attempt.`);
      if (onboardingError) return { onboardingError };
      if (silent) throw new ProviderRefused(name, 200, `${verboseName} sent no id for the attempt.`);
      return { externalId: `test-attempt-${attemptId}` };
    },
    start: async () => {},
    stop: async () => {},
    markErroneous: async () => {},
    remove: async () => options.removal_answer ?? true,
    examSaved: async (exam) => exam.external_id || `test-exam-${exam.id}`,
    downloadUrl: async () => download,
    javascriptUrl: () => '',
    config: async () => ({
      name: verboseName,
      download_url: download,
      rules: {},
      instructions: ['Install the software.', 'Start it.'],
    }),
    normalizeReview: (payload) => payload,
    instructorUrl({ courseId, examExternalId, attemptExternalId, configuration }) {
      const place = [courseId, examExternalId, attemptExternalId].filter(Boolean).join('/');
      return `https://test-provider.example.org/dashboard/${place}${configuration ? '?config=true' : ''}`;
    },
    async retireUser() {
      if (options.retire_answer === 'error') throw new ProviderRefused(name, 500, `${verboseName} refused.`);
      return options.retire_answer ?? true;
    },
    onboardingProfiles: async () => options.onboarding_profiles,
  };
};

type Calls = {
  [Member in keyof Provider as Provider[Member] extends (...args: any[]) => unknown ? Member : never]: unknown;
};
