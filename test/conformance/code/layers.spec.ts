import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const rules: string[] = createRequire(import.meta.url)(resolve('.dependency-cruiser.cjs')).forbidden.map(
  (rule: { name: string }) => rule.name,
);
const depcruise = resolve('node_modules/.bin/depcruise');

/**
 * Runs dependency-cruiser with this repository's rules on a small repository of these files. Answers its findings as
 * "rule: file".
 */
function violationsOf(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  for (const file of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs']) cpSync(file, join(folder, file));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 1e8 } as const;
  const { stdout } = spawnSync(
    process.execPath,
    [depcruise, '-T', 'json', 'apps', 'libs', 'migrations', 'test'],
    options,
  );
  rmSync(folder, { recursive: true });
  return JSON.parse(stdout).summary.violations.map(
    ({ rule, from }: { rule: { name: string }; from: string }) => `${rule.name}: ${from}`,
  );
}

const libs = [
  'clock',
  'domain',
  'connections',
  'event-store',
  'learner-keys',
  'access-log',
  'shapes',
  'roster',
  'providers',
  'configuration',
  'read-models',
  'commands',
  'integration',
  'delivery',
  'mail',
  'exam-worker',
];
const clean: Record<string, string> = {
  'apps/main.ts': `import './api/src/api.js'; import './worker/src/worker.js';`,
  'apps/api/src/api.ts': `import '#commands'; import '#read-models'; import '#configuration';`,
  'apps/worker/src/worker.ts': `import '#integration'; import 'kafkajs';`,
  'migrations/index.ts': `import 'typeorm';`,
  'test/story.spec.ts': `import '../libs/domain/src/index.js'; import '../migrations/index.js';`,
  ...Object.fromEntries(libs.map((lib) => [`libs/${lib}/src/index.ts`, 'export const here = 1;'])),
};

it('a repository that follows the rules passes', () => {
  const allowed = {
    'libs/commands/src/index.ts': `import '#domain'; import '#event-store'; import '#read-models'; import '#providers';`,
    'libs/configuration/src/index.ts': `import '#providers'; import '../../../migrations/index.js';`,
  };
  expect(violationsOf({ ...clean, ...allowed })).toEqual([]);
});

it('each rule finds an import that it forbids', () => {
  const planted = [
    ['domain-is-pure', 'libs/domain/src/a.ts', '#event-store'],
    ['domain-is-pure', 'libs/domain/src/b.ts', 'node:fs'],
    ['domain-is-pure', 'libs/domain/src/c.ts', '@nestjs/common'],
    ['log-proofs-run-in-browsers', 'libs/log-proofs/src/a.ts', 'node:crypto'],
    ['exam-page-runs-in-browsers', 'apps/exam-page/src/a.ts', '#domain'],
    ['console-runs-in-browsers', 'apps/console/src/a.tsx', '#domain'],
    ['console-runs-in-browsers', 'apps/console/src/b.ts', '../../api/src/api.js'],
    ['exam-worker-runs-in-browsers', 'libs/exam-worker/src/a.ts', '#domain'],
    ['exam-worker-runs-in-browsers', 'libs/exam-worker/src/b.ts', 'node:url'],
    ['exam-worker-runs-in-browsers', 'libs/exam-worker/src/c.ts', 'uuid'],
    ['connections-reaches-only-its-neighbours', 'libs/connections/src/a.ts', '#domain'],
    ['clock-reaches-only-its-neighbours', 'libs/clock/src/a.ts', '#event-store'],
    ['event-store-reaches-only-its-neighbours', 'libs/event-store/src/a.ts', '#commands'],
    ['event-store-reaches-only-its-neighbours', 'libs/event-store/src/b.ts', '../../commands/src/index.js'],
    ['learner-keys-reaches-only-its-neighbours', 'libs/learner-keys/src/a.ts', '#roster'],
    ['access-log-reaches-only-its-neighbours', 'libs/access-log/src/a.ts', '#roster'],
    ['shapes-reaches-only-its-neighbours', 'libs/shapes/src/a.ts', '#domain'],
    ['merkle-log-reaches-only-its-neighbours', 'libs/merkle-log/src/a.ts', '#roster'],
    ['import-reaches-only-its-neighbours', 'libs/import/src/a.ts', '#roster'],
    ['operations-reaches-only-its-neighbours', 'libs/operations/src/a.ts', '#roster'],
    ['evidence-reaches-only-its-neighbours', 'libs/evidence/src/a.ts', '#commands'],
    ['audit-reaches-only-its-neighbours', 'libs/audit/src/a.ts', '../../../apps/main.js'],
    ['roster-reaches-only-its-neighbours', 'libs/roster/src/a.ts', '#event-store'],
    ['providers-reaches-only-its-neighbours', 'libs/providers/src/a.ts', '../../../apps/main.js'],
    ['configuration-reaches-only-its-neighbours', 'libs/configuration/src/a.ts', '#commands'],
    ['read-models-reaches-only-its-neighbours', 'libs/read-models/src/a.ts', '#commands'],
    ['commands-reaches-only-its-neighbours', 'libs/commands/src/a.ts', '#integration'],
    ['delivery-reaches-only-its-neighbours', 'libs/delivery/src/a.ts', '#integration'],
    ['lti-reaches-only-its-neighbours', 'libs/lti/src/a.ts', '#commands'],
    ['mail-reaches-only-its-neighbours', 'libs/mail/src/a.ts', '#commands'],
    ['integration-reaches-only-its-neighbours', 'libs/integration/src/a.ts', '../../../test/story.spec.js'],
    ['apps-do-not-reach-into-each-other', 'apps/api/src/a.ts', '../../worker/src/worker.js'],
    ['no-cycles', 'libs/roster/src/b.ts', './b.js'],
    ['no-unresolvable', 'apps/api/src/b.ts', '#nowhere'],
  ];
  const files = Object.fromEntries(planted.map(([, file, what]) => [file, `import type {} from '${what}';`]));
  const caught = violationsOf({ ...clean, ...files });
  expect(caught.sort()).toEqual(planted.map(([rule, file]) => `${rule}: ${file}`).sort());
  expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules));
});
