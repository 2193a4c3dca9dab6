import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = ['apps', 'libs', 'migrations', 'test'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|sql)$/.test(file))
    .map((file) => join(folder, file)),
);

const citations = sources.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/\b(domain|rest-api|openedx-event-bus)(?:\.md)?,? §? ?(\d+(?:\.\d+)*)/g)].map(
    ([, page, section]) => ({ file, page, section }),
  ),
);

const sectionsOf = (page: string) =>
  new Set(
    [...readFileSync(`docs/reference/${page}.md`, 'utf8').matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map(([, n]) => n),
  );

it('each section of docs/reference that a comment cites exists', () => {
  const sections = new Map(['domain', 'rest-api', 'openedx-event-bus'].map((page) => [page, sectionsOf(page)]));
  expect(citations.length).toBeGreaterThan(150);
  expect(citations.filter(({ page, section }) => !sections.get(page)!.has(section))).toEqual([]);
});
