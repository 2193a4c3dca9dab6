import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = ['apps', 'libs', 'migrations', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|sql)$/.test(file))
    .map((file) => join(folder, file)),
);

const pages = ['domain', 'rest-api', 'openedx-event-bus', 'edx-exams', 'instructor-v2', 'release-6.1'];
const citation = new RegExp(`\\b(${pages.join('|')})(?:\\.md)?,? §? ?(R?\\d+(?:\\.\\d+)*)`, 'g');

const citations = sources.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(citation)].map(([, page, section]) => ({ file, page, section })),
);

const sectionsOf = (page: string) =>
  new Set(
    [...readFileSync(`docs/reference/${page}.md`, 'utf8').matchAll(/^#+ (R?\d+(?:\.\d+)*)\.? /gm)].map(([, n]) => n),
  );

it('each section of docs/reference that a comment cites exists', () => {
  const sections = new Map(pages.map((page) => [page, sectionsOf(page)]));
  expect(citations.length).toBeGreaterThan(150);
  expect(citations.filter(({ page, section }) => !sections.get(page)!.has(section))).toEqual([]);
});
