import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const statuses = ['met', 'met in part', 'not met', 'does not apply'];

const page = readFileSync('docs/security.md', 'utf8');
const requirements = readFileSync('test/support/fixtures/asvs-4.0.3.txt', 'utf8')
  .trim()
  .split('\n')
  .map((line) => line.split(' ')[0]!);

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
/** Chapters with their rows: number, requirement, status, reason. */
const chapters = page
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.split('\n')[0]!,
    rows: text
      .split('\n')
      .filter((line) => /^\| \d/.test(line))
      .map(cellsOf),
  }));
const rows = chapters.flatMap((chapter) => chapter.rows);

/** Files in links, and paths in code such as `libs/clock/src/clock.ts`. */
const filesIn = (text: string) => [
  ...[...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => join('docs', link!)),
  ...[...text.matchAll(/`([\w.-]+\/[\w./-]+\.\w+)`/g)].map(([, path]) => path!),
];

it('every requirement of ASVS 4.0.3 up to level 2 has one row, in its chapter', () => {
  expect(rows.map(([number]) => number)).toEqual(requirements);
  for (const chapter of chapters)
    for (const [number] of chapter.rows) expect(`V${number!.split('.')[0]}`).toBe(chapter.title.split(' ')[0]);
});

it('every row has a requirement, a status, and a file or a reason', () => {
  const isWhole = ([, requirement, status, reason, ...more]: string[]) =>
    requirement && statuses.includes(status!) && reason && more.length === 0;
  expect(rows.filter((row) => !isWhole(row))).toEqual([]);
});

it('a row that refers to another row refers to one with a reason', () => {
  for (const [number, , , reason] of rows)
    for (const [, other] of reason!.matchAll(/See (\d+\.\d+\.\d+)/g))
      expect([number, rows.find((row) => row[0] === other)?.[3]]).toEqual([number, expect.not.stringMatching(/^See /)]);
});

it('the overview counts the rows of each chapter', () => {
  const count = (of: string[][]) => statuses.map((status) => String(of.filter((row) => row[2] === status).length));
  const overview = page
    .split(/^## /m)[0]!
    .split('\n')
    .filter((line) => /^\| (V\d|\*\*All)/.test(line));
  expect(overview.map(cellsOf)).toEqual([
    ...chapters.map((chapter) => [chapter.title, ...count(chapter.rows)]),
    ['**All**', ...count(rows)],
  ]);
});

it.each(['security', 'threat-model'])('every file that docs/%s.md names exists', (name) => {
  const files = filesIn(readFileSync(`docs/${name}.md`, 'utf8'));
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});
