import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The numbers of the lines in which this repository's lint finds the wall clock. */
function foundIn(file: string, lines: string[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'wall-clock-'));
  for (const each of ['biome.json', 'no-wall-clock.grit', 'package.json']) cpSync(each, join(folder, each));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), lines.join('\n'));
  const command = [resolve('node_modules/.bin/biome'), 'lint', '--vcs-enabled=false', '--max-diagnostics=none', file];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const places = [...`${stdout}${stderr}`.matchAll(/\.ts:(\d+):\d+ plugin /g)];
  return [...new Set(places.map(([, line]) => Number(line)))].sort((a, b) => a - b);
}

const planted = [
  'export const a = Date.now();',
  'export const b = new Date();',
  'export const c = new Date().toISOString();',
  'export const d = Date();',
  'export const e = [1].map(Date.now);',
  'export const f = globalThis.Date.now();',
  'export const { now } = Date;',
  'export const Clock = Date;',
  'export const g = performance.timeOrigin;',
  'export const h = (token: any) => token.setIssuedAt();',
  "export const i = (token: any) => token.setExpirationTime('1h');",
];
const allowed = [
  'export const a = new Date(0);',
  "export const b = Date.parse('2031-05-05T10:00:00Z');",
  'export const c = performance.now();',
  'export const d = (at: Date) => at.toISOString();',
];

it.each(['apps/api/src/planted.ts', 'libs/delivery/src/planted.ts'])('the wall clock is found in %s', (file) => {
  expect(foundIn(file, planted)).toEqual(planted.map((_, index) => index + 1));
});

it('given times and durations are allowed, and tests and the file that compares the clocks may read the wall clock', () => {
  expect(foundIn('libs/mail/src/fine.ts', allowed)).toEqual([]);
  for (const file of ['libs/mail/src/mail.spec.ts', 'test/story.ts', 'libs/clock/src/clock.ts'])
    expect(foundIn(file, planted)).toEqual([]);
});
