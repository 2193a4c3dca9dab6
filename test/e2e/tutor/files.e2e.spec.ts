import { readFileSync, writeFileSync } from 'node:fs';
import { load, loadAll } from 'js-yaml';
import { about, type Platform, platforms } from './platform.js';

const [full, plain] = platforms();
const both: [name: string, Platform][] = [
  ['with TLS and Kafka', full],
  ['with neither', plain],
];

const compose = 'local/docker-compose.yml';
const others = ['local/docker-compose.prod.yml', 'dev/docker-compose.yml'];
const jobs = 'local/docker-compose.jobs.yml';

type Services = Record<string, { image?: string; volumes?: string[]; env_file?: string[] }>;
const isOurs = (name: string) => name.startsWith('exams');
const servicesIn = (text: string): Services => (load(text) as { services: Services }).services;
const oursIn = (platform: Platform, file: string): Services =>
  Object.fromEntries(Object.entries(servicesIn(platform.read(file))).filter(([name]) => isOurs(name)));

about.each(both)('compose files of a platform %s', (name, platform) => {
  it('fit their schema', () => expect(platform.faults('check_compose.py', compose, jobs, ...others)).toBe(''));

  it('name files that exist', () => {
    const ours = [compose, jobs].flatMap((file) => Object.values(oursIn(platform, file)));
    const mounted = ours.flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0]!));
    const files = [...mounted, ...ours.flatMap(({ env_file = [] }) => env_file)].filter((file) => !/data/.test(file));
    expect(new Set(files).size).toBe(6);
    for (const file of files) expect(platform.read(`local/${file}`)).not.toBe('');
  });

  it('and manifests have the same processes', () => {
    const names = [
      'exams',
      'exams-worker',
      'exams-postgres',
      ...(name === 'with neither' ? [] : ['exams-lms-consumer']),
    ];
    expect(Object.keys(oursIn(platform, compose))).toEqual(names);
    const deployments = loadAll(platform.read('k8s/deployments.yml')) as { metadata: { name: string } }[];
    expect(deployments.map(({ metadata }) => metadata.name).filter(isOurs)).toEqual(names);
  });
});

about.each(both)('Kubernetes manifests of a platform %s', (_, platform) => {
  it('fit the models of the Kubernetes client', () =>
    expect(
      platform.faults(
        'check_manifests.py',
        ...['deployments', 'jobs', 'services', 'volumes', 'namespace'].map((name) => `k8s/${name}.yml`),
      ),
    ).toBe(''));

  it('use secrets that are made of files that exist', () => {
    type Secret = { name: string; envs?: string[]; files?: string[] };
    const { secretGenerator } = load(platform.read('kustomization.yml')) as { secretGenerator: Secret[] };
    for (const { envs = [], files = [] } of secretGenerator)
      for (const file of [...envs, ...files]) expect(platform.read(file)).not.toBe('');
    const manifests = platform.read('k8s/deployments.yml') + platform.read('k8s/jobs.yml');
    const used = new Set([...manifests.matchAll(/secret\w*: \{ \w+: (exams[\w-]+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(secretGenerator.map(({ name }) => name).sort());
  });
});

about('the plugin', () => {
  it('runs the PostgreSQL of docker/compose.yaml', () => {
    const { postgres } = servicesIn(readFileSync('docker/compose.yaml', 'utf8'));
    expect(oursIn(plain, compose)['exams-postgres']!.image).toBe(`docker.io/${postgres!.image}`);
  });

  it('is checked by checks that find faults', () => {
    const faulty = (check: string, file: string, part: string, fault: string) => {
      writeFileSync(full.file('faulty.yml'), full.read(file).replace(part, fault));
      return full.faults(check, 'faulty.yml');
    };
    const readOnly = faulty('check_compose.py', compose, 'read_only: true', 'read_only: 1');
    expect(readOnly).toContain('services.exams.read_only: 1 is not of type');
    const seconds = faulty('check_manifests.py', 'k8s/deployments.yml', 'periodSeconds', 'seconds');
    expect(seconds).toContain('readinessProbe.seconds');
  });
});
