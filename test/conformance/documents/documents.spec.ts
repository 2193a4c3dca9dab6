import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { courseConfiguration, exam, learner, learnerAtExam } from '#domain';
import { asyncapiPage } from './asyncapi-page.js';
import { eventsPage } from './events-page.js';
import { layerGraph } from './layer-graph.js';
import { mailPage } from './mail-page.js';

it('the event catalogue is up to date (npm run docs)', () =>
  expect(readFileSync('docs/events.md', 'utf8')).toBe(eventsPage()));

it('the page about mail is up to date (npm run docs)', () =>
  expect(readFileSync('docs/mail.md', 'utf8')).toBe(mailPage()));

it('the examples of the messages are up to date (npm run docs)', () =>
  expect(readFileSync('docs/asyncapi.yaml', 'utf8')).toBe(asyncapiPage()));

it('the graph of the layers is up to date (npm run docs)', () =>
  expect(readFileSync('docs/architecture.mmd', 'utf8')).toBe(layerGraph()));

const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].concat(
  readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
);

it('each link of a page leads to a file that exists', () => {
  const links = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => join(dirname(page), link)),
  );
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});

it('the index names every command and every event', () => {
  const index = readFileSync('docs/develop.md', 'utf8');
  const names = [exam, courseConfiguration, learnerAtExam, learner].flatMap(({ decide, evolve }) =>
    Object.keys({ ...decide, ...evolve }),
  );
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(index))).toEqual([]);
});
