import {
  type ExamForProvider,
  type ProviderConfiguration,
  type ProviderOptions,
  problemsOf,
  providerOf,
  type RegistrationContext,
} from './index.js';

const configured = (backends: Record<string, ProviderOptions>): ProviderConfiguration => ({
  backends,
  defaultBackend: 'test',
  pingIntervalSeconds: 60,
  allowCallbackSimulation: false,
  defaultReviewPolicy: 'Closed Book',
  languageCode: 'en',
  lmsRootUrl: '',
});
const test = (options: ProviderOptions = {}) => providerOf(configured({ test: options }), 'test');
const at = '2031-05-05T10:00:00.000Z';
const exam: ExamForProvider = { id: 7, external_id: null, course_id: 'a/b/c', exam_name: 'Midterm' };
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
  it.each([null, ''])('is the default one when the exam names none (%j)', (name) => {
    expect(providerOf(configured({ test: {} }), name).name).toBe('test');
  });

  it.each(['nobody', 'unknown', 'constructor'])('is refused if the exam names %j', (name) => {
    expect(() => providerOf(configured({ test: {}, unknown: {} }), name)).toThrow(
      `There is no proctoring provider "${name}"; there is: test.`,
    );
  });

  it('is the same object each time, because it keeps its token', () => {
    const configuration = configured({ test: {} });
    expect(providerOf(configuration, 'test')).toBe(providerOf(configuration, null));
  });

  it('may have a name that differs from its type', () => {
    const { name, verboseName } = providerOf(configured({ test: {}, mine: { provider: 'null' } }), 'mine');
    expect({ name, verboseName }).toEqual({ name: 'mine', verboseName: 'Null Backend' });
  });
});

describe('the options of a provider', () => {
  const required = { base_url: 'https://v.example.org', client_id: 'a', client_secret: 'b' };

  it.each<[string, ProviderOptions]>([
    ['test', { ping_interval: 30 }],
    ['rest', required],
    ['rest', { ...required, timeout: [3.05, 30] }],
    ['watchers', { provider: 'rest', ...required, default_rules: { allow_notes: 'yes' } }],
    ['null', {}],
    ['mock', {}],
  ])('of %s are accepted', (name, options) => expect(problemsOf(name, options)).toEqual([]));

  it.each<[string, ProviderOptions, string]>([
    [
      'nobody',
      {},
      'PROCTORING_BACKENDS.nobody: there is no provider "nobody"; there is: test, rest, software_secure, rpnow4, mock, null, lti',
    ],
    [
      'constructor',
      {},
      'PROCTORING_BACKENDS.constructor: there is no provider "constructor"; there is: test, rest, software_secure, rpnow4, mock, null, lti',
    ],
    ['rest', { ...required, client_secret: undefined as never }, 'PROCTORING_BACKENDS.rest.client_secret is missing'],
    [
      'rest',
      { ...required, base_url: 'v.example.org' },
      'PROCTORING_BACKENDS.rest.base_url must be an http:// or https:// address',
    ],
    [
      'rest',
      { ...required, needs_oauth: true },
      'PROCTORING_BACKENDS.rest.needs_oauth is not a setting of this service',
    ],
    ['test', { crypto_key: 'x' }, 'PROCTORING_BACKENDS.test.crypto_key is not a setting of this service'],
    ['test', { toString: 'x' } as never, 'PROCTORING_BACKENDS.test.toString is not a setting of this service'],
    [
      'test',
      { video_review_aes_key: 'zz' },
      'PROCTORING_BACKENDS.test.video_review_aes_key must be 32, 48 or 64 hexadecimal digits',
    ],
  ])('of %s are refused: %j', (name, options, problem) => expect(problemsOf(name, options)).toContain(problem));
});

describe('the test provider', () => {
  it('gives an attempt the same id in every process', async () => {
    expect(await test().register(exam, context, 12, at)).toEqual({ externalId: 'test-attempt-12' });
  });

  it('gives an exam an id, and keeps the one it has', async () => {
    expect(await test().examSaved(exam)).toBe('test-exam-7');
    expect(await test().examSaved({ ...exam, external_id: 'x' })).toBe('x');
  });

  it('can require onboarding, refuse, or leave the id out', async () => {
    const registered = (options: ProviderOptions) => test(options).register(exam, context, 1, at);
    expect(await registered({ onboarding_error: 'onboarding_missing' })).toEqual({
      onboardingError: 'onboarding_missing',
    });
    await expect(registered({ register_error: 503 })).rejects.toMatchObject({ status: 503, provider: 'test' });
    await expect(registered({ without_attempt_id: true })).rejects.toMatchObject({ status: 200 });
  });

  it('has the attributes of its options', () => {
    expect(test({ verbose_name: 'Mine', passing_statuses: ['Clean'] })).toMatchObject({
      verboseName: 'Mine',
      passingStatuses: ['Clean'],
      pingInterval: 60,
      supportsOnboarding: true,
    });
  });

  it('has a link for course staff to a course, an exam or an attempt', async () => {
    const user = { id: 'obscured', full_name: '', email: '' };
    const url = (more: object) => test().instructorUrl({ at, courseId: 'a/b/c', user, ...more });
    expect(await url({})).toBe('https://test-provider.example.org/dashboard/a/b/c');
    expect(await url({ examExternalId: 'e', configuration: true })).toMatch(/\/a\/b\/c\/e\?config=true$/);
  });
});

describe('the providers that proctor nothing', () => {
  it.each([
    ['null', { externalId: null }, undefined, 'Null Backend', false],
    ['mock', { externalId: 'CODE' }, 'mockurl', 'Mock Backend', true],
  ])('%s', async (name, registration, download, verboseName, makesReady) => {
    const provider = providerOf(configured({ [name]: {} }), name);
    expect(provider).toMatchObject({ verboseName, makesReady, supportsOnboarding: false, wantsNotifications: false });
    expect(await provider.register(exam, context, 1, at)).toEqual(registration);
    expect(await provider.downloadUrl('en')).toBe(download);
    expect(await provider.config('en')).toBeNull();
    expect(await provider.examSaved(exam)).toBeUndefined();
    expect(provider.normalizeReview({}, { attemptCode: 'CODE', externalId: null })).toBeUndefined();
    expect(
      await provider.instructorUrl({ at, courseId: 'a/b/c', user: { id: '', full_name: '', email: '' } }),
    ).toBeUndefined();
    expect(await provider.retireUser('x')).toBeUndefined();
  });
});
