import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const opener = /^["'`(*_]*(?:Of|Who|Whoever|What|Whatever|Where|So long|For so long)\b/;
const phrase = /\b(?:that has not|is no good for|(?:is|are|was|were) told of|comes? to pass)\b/;

const sentencesOf = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(?<=[.!?:][)"`*]*) (?=["'`(*_]*[A-Z])/);
const isQuestion = (sentence: string) => /\?[)"'`*]*$/.test(sentence);

/** The comments of a file. Comment lines that follow each other are one text. */
const commentsIn = (source: string, mark: '//' | '--') =>
  [
    ...source.matchAll(new RegExp(`/\\*[\\s\\S]*?\\*/|(?:^[ \\t]*${mark}[^\\n]*\\n?)+|(?<=\\s)${mark}[^\\n]*`, 'gm')),
  ].map(([comment]) =>
    comment.replace(/^\s*\/\*+|\*+\/$/g, '').replace(new RegExp(`^[ \\t]*(?:${mark}|\\*) ?`, 'gm'), ''),
  );

/** Paragraphs, list items and table cells of a page, without code and headings. Short texts without a full stop are labels, not prose. */
const proseIn = (page: string) =>
  page
    .replace(/```[\s\S]*?```|<!--[\s\S]*?-->|^#.*$/gm, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*>|]|\d+\.) ?)|\|/)
    .map((text) => text.replace(/^\s*(?:[-*>]|\d+\.)\s+/, '').trim())
    .filter((text) => /[.:]$/.test(text) || text.split(/\s+/).length > 6);

const textsIn = (file: string, text: string) =>
  file.endsWith('.md') ? proseIn(text) : commentsIn(text, file.endsWith('.sql') ? '--' : '//');

const findingsIn = (file: string, text: string) =>
  textsIn(file, text)
    .flatMap(sentencesOf)
    .filter((sentence) => (opener.test(sentence) && !isQuestion(sentence)) || phrase.test(sentence));

/** The specification of the reference, fixtures and released migrations never change. */
const isFixed = (file: string) =>
  file.startsWith('docs/reference/') || file.startsWith('test/support/fixtures/') || released.includes(file);
const released = readFileSync('migrations/released.sha256', 'utf8')
  .split('\n')
  .map((line) => `migrations/${line.split(/\s+/)[1]?.replace(/^migrations\//, '')}`);

it('comments and documents begin their sentences with the subject', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mjs', '*.sql', '*.md'], { encoding: 'utf8' });
  const found = files
    .split('\n')
    .filter((file) => file !== '' && !isFixed(file))
    .flatMap((file) => findingsIn(file, readFileSync(file, 'utf8')).map((sentence) => `${file}: ${sentence}`));
  expect(found).toEqual([]);
});

it.each([
  [
    'a.ts',
    '/** Ends it. What is left stays.\n * Who asks? */\nconst a = "Of text";\n// Of course',
    ['What is left stays.', 'Of course'],
  ],
  ['b.mjs', '// An event that has not\n// been read.\nrun();', ['An event that has not been read.']],
  ['c.sql', '-- Where it is: see\n-- below. Why, is clear.\nselect 1;', ['Where it is: see below.']],
  [
    'd.md',
    '# What is here\n\n| What it does | Whoever reads it, wins. |\n\n- For so long it waits.\n\n```\nOf code.\n```\n',
    ['Whoever reads it, wins.', 'For so long it waits.'],
  ],
])('a relative clause at the beginning is found in %s, and nothing else', (file, text, found) =>
  expect(findingsIn(file, text)).toEqual(found),
);
