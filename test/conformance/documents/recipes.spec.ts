import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type Recipe = { name: string; text: string; steps: string[] };

const recipes: Recipe[] = readFileSync('docs/recipes.md', 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const [name] = section.split('\n', 1);
    return { name: name!, text: section, steps: section.match(/^\d\. .*\n(?:(?!\d\. |\n).*\n?)*/gm) ?? [] };
  });

const filesIn = (text: string) => [...text.matchAll(/\]\(([^)#:]+)/g)].map(([, path]) => join('docs', path!));
/** Names in backticks. Commands have spaces. */
const symbolsIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
const textOf = (path: string): string =>
  statSync(path).isDirectory() ? readdirSync(path).join('\n') : readFileSync(path, 'utf8');

describe('the recipes', () => {
  it('are at most 15 lines long, and have steps', () => {
    const long = recipes.filter(({ text, steps }) => text.trim().split('\n').length > 15 + 1 || steps.length < 3);
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  it.each(recipes)('$name: each file exists and has the symbols that the step names', ({ text, steps }) => {
    expect(filesIn(text).filter((file) => !existsSync(file))).toEqual([]);
    const rest = steps.reduce((left, step) => left.replace(step, ''), text);
    const missing = [...steps.map((step) => [step, step]), [rest, text]].flatMap(([part, links]) => {
      const texts = filesIn(links!).map(textOf);
      return symbolsIn(part!).filter((symbol) => !texts.some((each) => new RegExp(`\\b${symbol}\\b`).test(each)));
    });
    expect(missing).toEqual([]);
  });

  it('name npm commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = recipes.flatMap(({ text }) => [...text.matchAll(/`npm run ([\w:-]+)/g)].map(([, script]) => script!));
    expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});

describe('a recipe with a patch, applied to a copy of the repository,', () => {
  const patches = { 'A command': 'command.patch', 'An event field': 'event-field.patch' };
  const copy = mkdtempSync(join(tmpdir(), 'recipes-'));
  const node = (...words: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: copy, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };

  beforeAll(() => {
    const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(existsSync);
    for (const file of files) cpSync(file, join(copy, file));
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
    for (const patch of Object.values(patches))
      execFileSync('git', ['apply', join('docs/recipes', patch)], { cwd: copy });
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  it.each(Object.entries(patches))('changes the file of each step: %s', (name, patch) => {
    const text = readFileSync(join('docs/recipes', patch), 'utf8');
    const changed = [...text.matchAll(/^\+\+\+ b\/(.*)$/gm)].map(([, file]) => file!);
    const { steps } = recipes.find((recipe) => recipe.name === name)!;
    const places = changed.map((file) => (file.endsWith('.spec.ts') ? dirname(file) : file));
    expect(places.sort()).toEqual(steps.map((step) => filesIn(step)[0]).sort());
  });

  it('compiles', () => {
    expect(node('node_modules/typescript/bin/tsc', '--noEmit')).toEqual({ status: 0, output: '' });
  }, 240_000);

  it('has specs that pass', () => {
    const jest = [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '-c',
      'jest.unit.config.js',
      '--verbose',
    ];
    const { status, output } = node(...jest, 'libs/domain/src/learner-at-exam');
    expect(output).toContain('✓ a learner who did not stop cannot go back');
    expect(output).toContain('✓ an attempt that goes on later says which fault ended it');
    expect({ status, failed: output.match(/^.*✕.*$/gm) }).toEqual({ status: 0, failed: null });
  });
});
