import { type ProvidedExam, type ProviderConfiguration, providerOf, type RegistrationContext } from './index.js';

type Options = ProviderConfiguration['backends'][string];
const configured = (options: Options = {}): ProviderConfiguration => ({
  backends: { test: options, vendor: {} },
  defaultBackend: 'test',
  pingIntervalSeconds: 60,
});
const test = (options?: Options) => providerOf(configured(options), 'test');
const exam: ProvidedExam = { id: 7, external_id: null };
const context: RegistrationContext = {
  lms_host: 'https://lms.example.org',
  time_limit_mins: 30,
  attempt_code: 'CODE',
  is_sample_attempt: false,
  user_id: '6b07fdd45ffd07736868fdd478cc7a882324a10a',
  full_name: 'Alice Learner',
  email: 'alice@example.org',
};

describe('the provider of an exam', () => {
  it('is the default one when the exam names none', () => {
    expect(providerOf(configured(), null).name).toBe('test');
  });

  it.each(['nobody', 'vendor', 'constructor', ''])('is refused by name when it is %j', (name) => {
    expect(() => providerOf(configured(), name)).toThrow(`There is no proctoring provider "${name}"; there is: test.`);
  });
});

describe('the test provider', () => {
  it('gives an attempt an id of its own, whichever replica asks', async () => {
    expect(await test().register(exam, context, 12)).toEqual({ externalId: 'test-attempt-12' });
  });

  it('gives an exam an id, and keeps the one it has', async () => {
    expect(await test().examSaved(exam)).toBe('test-exam-7');
    expect(await test().examSaved({ ...exam, external_id: 'x' })).toBe('x');
  });

  it('can ask for onboarding first, refuse, or forget the id', async () => {
    const asked = (options: Options) => test(options).register(exam, context, 1);
    expect(await asked({ onboarding_error: 'onboarding_missing' })).toEqual({ onboardingError: 'onboarding_missing' });
    await expect(asked({ register_error: 503 })).rejects.toMatchObject({ status: 503, provider: 'test' });
    await expect(asked({ without_attempt_id: true })).rejects.toMatchObject({ status: 200 });
  });

  it('is described by its options', () => {
    expect(test({ verbose_name: 'Mine', passing_statuses: ['Clean'] })).toMatchObject({
      verboseName: 'Mine',
      passingStatuses: ['Clean'],
      pingInterval: 60,
      supportsOnboarding: true,
      hasDashboard: true,
    });
  });

  it('leads instructors to a course, an exam or an attempt', () => {
    const user = { id: 'obscured', full_name: '', email: '' };
    const url = (more: object) => test().instructorUrl({ courseId: 'a/b/c', user, ...more });
    expect(url({})).toBe('https://test-provider.example.org/dashboard/a/b/c');
    expect(url({ examExternalId: 'e', configuration: true })).toMatch(/\/a\/b\/c\/e\?config=true$/);
  });
});
