import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSplitRole, loadConfiguration } from '#configuration';
import { about, type Platform, platforms } from './platform.js';

const [full, plain] = platforms();

about('the service of the platform', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-tutor-service-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The rendered variables of a process, with the files where they are here. */
  const variables = (platform: Platform, ...names: string[]): Record<string, string> =>
    Object.fromEntries(
      names
        .flatMap((name) => Object.entries(platform.variables(name)))
        .filter(([name]) => !name.startsWith('POSTGRES_'))
        .map(([name, value]) => [name, value.replace('/run/exams', platform.file('plugins/exams/apps/exams'))]),
    );

  it('is configured for both roles, and the API does not have the secrets of the worker and the owner', () => {
    for (const platform of [full, plain]) {
      const api = loadConfiguration({ ...variables(platform, 'service.env'), ROLE: 'api' });
      const worker = loadConfiguration({ ...variables(platform, 'service.env', 'worker.env'), ROLE: 'worker' });
      for (const each of [api, worker]) checkSplitRole(each);
      expect(api).toMatchObject({
        workerDatabaseUrl: undefined,
        migrationDatabaseUrl: undefined,
        logSigningKeyFile: undefined,
      });
      expect(worker).toMatchObject({ migrationDatabaseUrl: undefined, smtpUrl: 'smtp://smtp:8025' });
      const scheme = platform === full ? 'https' : 'http';
      expect(api).toMatchObject({
        publicUrl: `${scheme}://exams.learn.example.org`,
        corsOrigins: [`${scheme}://apps.learn.example.org`],
        jwtIssuer: `${scheme}://learn.example.org/oauth2`,
        jwtAudience: 'openedx',
        jwtSecret: undefined,
      });
    }
  });

  it('has the settings that the operator added or replaced', () => {
    const configuration = loadConfiguration(variables(full, 'service.env', 'worker.env'));
    expect(configuration).toMatchObject({ logLevel: 'warn', kafkaSaslMechanism: 'scram-sha-512', kafkaTls: 'on' });
    expect(configuration.settings).toMatchObject({ siteName: 'exams of learn.example.org', defaultBackend: 'tool' });
  });

  it('signs LTI messages with a key of their own', () => {
    const { backends } = loadConfiguration(variables(full, 'service.env')).settings;
    expect(backends.tool).toMatchObject({ platform_key: full.setting('EXAMS_LTI_PRIVATE_KEY') });
    expect(full.setting('EXAMS_LTI_PRIVATE_KEY')).not.toBe(full.setting('EXAMS_ACCESS_TOKEN_PRIVATE_KEY'));
  });

  it('keeps its secrets when the platform is configured again', () => {
    const before = full.variables('service.env');
    full.save();
    expect(full.variables('service.env')).toEqual(before);
  });
});
