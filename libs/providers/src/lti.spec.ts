import { generateKeyPairSync } from 'node:crypto';
import { ltiProvidersOf, problemsAmong, problemsOf, providerOf } from './providers.js';

const keys = (modulusLength = 2048) =>
  generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const { publicKey, privateKey } = keys();
const options = {
  provider: 'lti',
  lti_id: 3,
  lti_uuid: '6e0f7a52-9c1a-4c5e-8a5b-0d1f2e3a4b5c',
  client_id: 'tool-client',
  login_url: 'https://tool.example.org/login',
  launch_url: 'https://tool.example.org/launch',
  tool_key: publicKey,
  platform_key: privateKey,
};
const configured = (backends: object) =>
  ({ backends, defaultBackend: 'watchers', pingIntervalSeconds: 60 }) as unknown as Parameters<typeof providerOf>[0];

describe('an LTI tool', () => {
  it.each([
    ['a public key', {}],
    ['the address of a key set', { tool_key: 'https://tool.example.org/keys' }],
    ['chosen control actions', { control_actions: ['terminate'] }],
  ])('is accepted with %s', (_, more) => expect(problemsOf('watchers', { ...options, ...more })).toEqual([]));

  it.each([
    ['lti_id', { lti_id: 'three' }],
    ['lti_uuid', { lti_uuid: 'no-uuid' }],
    ['redirect_urls', { redirect_urls: ['javascript:alert(1)'] }],
    ['tool_key', { tool_key: privateKey }],
    ['tool_key', { tool_key: keys(1024).publicKey }],
    ['platform_key', { platform_key: '/no/such/file.pem' }],
    ['platform_key', { platform_key: publicKey }],
    ['control_actions', { control_actions: ['explode'] }],
  ])('is refused with a wrong %s', (option, more) =>
    expect(problemsOf('watchers', { ...options, ...more })).toEqual([
      expect.stringMatching(`^PROCTORING_BACKENDS.watchers.${option} must be `),
    ]),
  );

  it('is told apart from other tools by its ids', () =>
    expect(problemsAmong({ watchers: options, guards: { ...options, lti_id: 4, client_id: 'other' } })).toEqual([
      'PROCTORING_BACKENDS.guards.lti_uuid is also that of watchers',
    ]));

  it('offers all control actions, and its launch address as the only redirect address, if nothing else is set', () => {
    const configuration = configured({ test: {}, watchers: options });
    expect(ltiProvidersOf(configuration)).toEqual([providerOf(configuration, 'watchers')]);
    expect(providerOf(configuration, 'watchers').lti).toMatchObject({
      id: 3,
      redirectUrls: ['https://tool.example.org/launch'],
      actions: ['pause', 'resume', 'terminate', 'update', 'flag'],
    });
    expect(providerOf(configuration, 'test').lti).toBeUndefined();
  });
});
