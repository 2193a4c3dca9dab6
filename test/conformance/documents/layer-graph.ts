import { spawnSync } from 'node:child_process';

type Module = { source: string; dependencies: { resolved: string }[] };

/** The text of docs/architecture.mmd: which parts of apps and libs import which other parts, without specs. */
export function layerGraph(): string {
  const parts = '^(apps|libs)/[^/]+';
  const options = ['--include-only', parts, '--exclude', '\\.spec\\.ts$', '--collapse', parts, '--output-type', 'json'];
  const command = ['node_modules/.bin/depcruise', ...options, 'apps', 'libs'];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 1e8 });
  if (!stdout) throw new Error(stderr);
  const modules: Module[] = JSON.parse(stdout).modules;
  const group = (folder: string) => [
    `  subgraph ${folder}`,
    ...modules.filter(({ source }) => source.startsWith(`${folder}/`)).map(({ source }) => `    ${nameOf(source)}`),
    '  end',
  ];
  const imports = modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => `  ${nameOf(source)} --> ${nameOf(resolved)}`),
  );
  return [
    '%% Made by `npm run docs` with dependency-cruiser: do not edit.',
    'flowchart LR',
    ...group('apps'),
    ...group('libs'),
    ...new Set(imports.sort()),
    '',
  ].join('\n');
}

const nameOf = (path: string) => path.split('/')[1];
