import { createPrivateKey, createPublicKey } from 'node:crypto';
import { accessTokenKeysOf, loadConfiguration } from '#configuration';
import { about, type Platform, platforms } from './platform.js';

const [full, plain] = platforms();

about('the settings of the LMS and of Studio', () => {
  const settingsOf = (platform: Platform, variant: 'lms' | 'cms', ...names: string[]) =>
    platform.settings(variant, ofThePlatform, ...names);
  const ofThePlatform = {
    FEATURES: {},
    PROCTORING_BACKENDS: { DEFAULT: 'mock', mock: { a: 1 } },
    TOKEN_SIGNING: { JWT_ISSUER: 'lms', JWT_PUBLIC_SIGNING_JWK_SET: '{"keys": [{"kid": "published in a test"}]}' },
    EVENT_BUS_PRODUCER_CONFIG: {
      unenrolled: { 'course-unenrollment-lifecycle': { enabled: false } },
      other: { 'certificate-lifecycle': { enabled: false } },
    },
  };

  it('compile', () => {
    for (const platform of [full, plain])
      platform.python(
        '-m',
        'compileall',
        '-q',
        platform.file('apps/openedx/settings'),
        platform.file('build/openedx/settings'),
      );
  });

  it('let Studio publish exams to the service, with tokens of the key pair', () =>
    expect(
      settingsOf(
        full,
        'cms',
        'EXAMS_SERVICE_URL',
        'EXAMS_SERVICE_USERNAME',
        'JWT_AUTH_FORCE_CREATE_ASYMMETRIC',
        'FEATURES',
      ),
    ).toMatchObject({
      EXAMS_SERVICE_URL: 'http://exams:3000/api/v1',
      EXAMS_SERVICE_USERNAME: 'edx_exams_worker',
      JWT_AUTH_FORCE_CREATE_ASYMMETRIC: true,
      FEATURES: { ENABLE_SPECIAL_EXAMS: true, ENABLE_PROCTORED_EXAMS: true },
    }));

  it('make the LMS ask for the tokens of the service in every course that names no provider', () => {
    for (const variant of ['lms', 'cms'] as const)
      expect(settingsOf(plain, variant, 'PROCTORING_BACKENDS').PROCTORING_BACKENDS).toEqual({
        DEFAULT: 'lti_external',
        mock: { a: 1 },
        lti_external: {},
      });
  });

  it('give the LMS the public half of the key that signs access tokens, and no other key', () => {
    const { TOKEN_SIGNING } = settingsOf(plain, 'lms', 'TOKEN_SIGNING');
    const { keys } = JSON.parse(TOKEN_SIGNING.JWT_PUBLIC_SIGNING_JWK_SET);
    const [key] = accessTokenKeysOf(
      loadConfiguration({ ACCESS_TOKEN_KEY_FILE: plain.file('plugins/exams/apps/exams/access-token-keys') }),
    );
    const { n, e } = createPublicKey(createPrivateKey({ key: key!, format: 'jwk' })).export({ format: 'jwk' });
    expect(keys).toEqual([{ kty: 'RSA', n, e }]);
    expect(TOKEN_SIGNING.JWT_ISSUER).toBe('lms');
  });

  it('lead the front ends to the service', () => {
    const { MFE_CONFIG, EXAMS_DASHBOARD_MICROFRONTEND_URL } = settingsOf(
      full,
      'lms',
      ...['MFE_CONFIG', 'EXAMS_DASHBOARD_MICROFRONTEND_URL'],
    );
    expect(MFE_CONFIG.EXAMS_BASE_URL).toBe('https://exams.learn.example.org');
    expect(EXAMS_DASHBOARD_MICROFRONTEND_URL).toBe('https://apps.learn.example.org/exams-dashboard');
    expect(settingsOf(plain, 'lms', 'MFE_CONFIG').MFE_CONFIG.EXAMS_BASE_URL).toBe('http://exams.learn.example.org');
  });

  it('put the event bus on Kafka, with the topics that the service reads, and leave it alone without Kafka', () => {
    const names = [
      'EVENT_BUS_PRODUCER',
      'EVENT_BUS_TOPIC_PREFIX',
      'EVENT_BUS_PRODUCER_CONFIG',
      'EVENT_BUS_KAFKA_API_KEY',
    ];
    const bus = settingsOf(full, 'lms', ...names);
    expect(bus).toMatchObject({
      EVENT_BUS_PRODUCER: 'edx_event_bus_kafka.create_producer',
      EVENT_BUS_TOPIC_PREFIX: 'openedx',
      EVENT_BUS_KAFKA_API_KEY: 'exams',
    });
    const enabled = Object.entries(
      bus.EVENT_BUS_PRODUCER_CONFIG as Record<string, Record<string, { enabled: boolean }>>,
    )
      .filter(([, topics]) => Object.values(topics).some((topic) => topic.enabled))
      .map(([type]) => type);
    const role = 'org.openedx.learning.user.course_access_role';
    expect(enabled).toEqual(['unenrolled', `${role}.added.v1`, `${role}.removed.v1`]);
    expect(settingsOf(plain, 'lms', 'EVENT_BUS_PRODUCER').EVENT_BUS_PRODUCER).toBe(
      'edx_event_bus_redis.create_producer',
    );
  });
});
