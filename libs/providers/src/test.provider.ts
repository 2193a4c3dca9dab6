import { inPath, type OnboardingError } from '#domain';
import { shapes } from './options.js';
import { ProviderRefused, type ProviderType } from './provider.js';

/** Options that change the answers of the provider `test`. */
export type TestOptions = {
  onboarding_error?: OnboardingError;
  /** The HTTP status with which it refuses registrations. */
  register_error?: number;
  without_attempt_id?: boolean;
  retire_answer?: boolean | 'error';
  block_exam_material?: boolean;
  software_download_url?: string;
  onboarding_profiles?: unknown;
};

/** Answers without any server: for tests, demonstrations and a service without a real provider. */
export const test: ProviderType<TestOptions> = {
  options: {
    onboarding_error: shapes.onboardingError,
    register_error: shapes.httpStatus,
    without_attempt_id: shapes.flag,
    retire_answer: shapes.retireAnswer,
    block_exam_material: shapes.flag,
    software_download_url: shapes.text,
    onboarding_profiles: shapes.object,
  },
  required: [],
  defaults: {
    verboseName: 'Test Provider',
    supportsOnboarding: true,
    passingStatuses: ['Clean', 'Rules Violation'],
    helpCenterArticleUrl: 'https://test-provider.example.org/help',
    techSupportEmail: 'support@test-provider.example.org',
    techSupportPhone: '+1 555 0199',
    recordingHosts: ['test-provider.example.org'],
  },

  make({ name, verboseName }, options) {
    const download_url = options.software_download_url ?? 'https://test-provider.example.org/download';
    return {
      hasDashboard: true,
      blocksExamMaterial: options.block_exam_material ?? false,
      async register(_exam, _context, attemptId) {
        const { register_error: error, onboarding_error: onboardingError, without_attempt_id: withoutId } = options;
        if (error) throw new ProviderRefused(name, error, `${verboseName} cannot register the attempt.`);
        if (onboardingError) return { onboardingError };
        if (withoutId) throw new ProviderRefused(name, 200, `${verboseName} sent no id for the attempt.`);
        return { externalId: `test-attempt-${attemptId}` };
      },
      examSaved: async (exam) => exam.external_id || `test-exam-${exam.id}`,
      downloadUrl: async () => download_url,
      config: async () => ({
        name: verboseName,
        download_url,
        rules: {},
        instructions: ['Install the software.', 'Start it.'],
      }),
      normalizeReview: (payload) => payload,
      async instructorUrl({ courseId, examExternalId, attemptExternalId, configuration }) {
        const path = [courseId, examExternalId, attemptExternalId]
          .flatMap((part) => (part ? inPath(part) : []))
          .join('/');
        return `https://test-provider.example.org/dashboard/${path}${configuration ? '?config=true' : ''}`;
      },
      async retireUser() {
        if (options.retire_answer === 'error') throw new ProviderRefused(name, 500, `${verboseName} refused.`);
        return options.retire_answer ?? true;
      },
      onboardingProfiles: async () => options.onboarding_profiles,
    };
  },
};
