import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Exported names that may have a word of the last column, with the reason. */
const allowed: Record<string, string> = {
  InstructorController: 'serves the path `instructor/`',
  InstructorModule: 'has that controller',
  InstructorV2Module: 'serves the instructor API of Open edX',
  InstructorAllowances: 'the same',
  instructorError: 'the same',
  instructorPage: 'the same',
  instructorRefusal: 'the same',
  InstructorToolController: "serves the path `instructor_tool`, the LTI tool's page for course staff",
  instructorLaunch: 'the same',
  Prerequisites: 'the word of the reference for requirements that come before an exam',
  prerequisitesOf: 'the same',
  prerequisitesJson: 'the same, on the wire',
  StudentView: 'the name of the page in the reference, and its path `student_view`',
  StudentViewController: 'the same',
  StudentViews: 'the same',
  studentView: 'the same',
  studentViewOf: 'the same',
  bindStudentView: 'the same',
  StudentExamController: 'serves the path `student/exam/` of edx-exams',
  StudentAttempts: 'the same',
  studentAttempt: 'the same',
  studentAttemptJson: 'the same',
  TestOptions: 'options of the provider that the reference calls `test`',
  test: 'the provider that the reference calls `test`',
  sessionLimits: 'limits of a session of PostgreSQL',
  BrowserSession: 'a session of cookies in a browser',
  BrowserSessions: 'the same',
  Platform: 'the word of LTI for the side of the LMS',
  platformIdOf: 'the same',
};

/** "Open" is ruled out for "decrypt", but connections, gates and transactions are open as well. */
const ambiguous = ['open'];

type Synonym = { word: string; term: string };

const wordsOf = (name: string) => (name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase());
const cellsOf = (row: string) => row.split('|').map((cell) => cell.trim());

/** The words of the last column without the remarks in parentheses. Words that are also terms are left out. */
function synonymsIn(glossary: string): Synonym[] {
  const rows = glossary
    .split('\n')
    .map(cellsOf)
    .filter(({ length }) => length === 5);
  const terms = new Set(rows.map(([, term]) => term));
  return rows.flatMap(([, term, , not]) =>
    not!
      .replace(/\([^)]*\)/g, '')
      .split(',')
      .map((synonym) => wordsOf(synonym).join(' '))
      .filter((word) => word !== '' && word !== 'not' && !terms.has(word) && !ambiguous.includes(word))
      .map((word) => ({ word, term: term! })),
  );
}

const exportsIn = (source: string) =>
  [
    ...source.matchAll(
      /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|type|interface|enum) (\w+)/gm,
    ),
  ].map(([, name]) => name!);

const has = (name: string, word: string) => new RegExp(` ${word}s? `).test(` ${wordsOf(name).join(' ')} `);
const violationsIn = (names: string[], synonyms: Synonym[]) =>
  names.flatMap((name) =>
    synonyms.filter(({ word }) => has(name, word)).map(({ word, term }) => `${name}: "${word}" is "${term}"`),
  );

const synonyms = synonymsIn(readFileSync('docs/glossary.md', 'utf8'));
const files = execFileSync('git', ['ls-files', 'apps/*.ts', 'apps/*.tsx', 'libs/*.ts'], { encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);
const names = files.flatMap((file) => exportsIn(readFileSync(file, 'utf8')));

it('no exported name has a word that the glossary rules out', () => {
  expect(names.length).toBeGreaterThan(500);
  expect(
    violationsIn(
      names.filter((name) => !Object.hasOwn(allowed, name)),
      synonyms,
    ),
  ).toEqual([]);
});

it('each exception is still needed', () =>
  expect(
    Object.keys(allowed).filter((name) => !names.includes(name) || violationsIn([name], synonyms).length === 0),
  ).toEqual([]));

it('whole words of a name are compared, not parts of words', () => {
  const source = [
    'class MailVault',
    'const vendors = []',
    'function runOutOf() {}',
    'const runner = 1',
    'type StringOf = 1',
  ];
  const planted = source.flatMap((line) => exportsIn(`export ${line}`));
  expect(planted).toHaveLength(5);
  expect(violationsIn(planted, synonyms)).toEqual([
    'MailVault: "vault" is "learner key"',
    'vendors: "vendor" is "provider"',
    'runOutOf: "run out" is "to time out"',
  ]);
});
