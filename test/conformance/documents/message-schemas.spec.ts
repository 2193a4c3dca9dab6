import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncapi } from './asyncapi-page.js';
import { breaks, messageSchemas, type Schema } from './message-schemas.js';

const folder = 'docs/schemas';
const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' });
const committed = () => git('log', '--format=', '--name-only', '--', folder).split('\n').filter(Boolean);
const versionsOf = (file: string): Schema[] =>
  git('log', '--diff-filter=AM', '--format=%h', '--', file)
    .split('\n')
    .filter(Boolean)
    .map((commit) => JSON.parse(git('show', `${commit}:${file}`)));
const written = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));

const schemas = messageSchemas(asyncapi());

it('the schema of each message is the one in asyncapi.yaml (npm run docs)', () => {
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(schemas)
      .map((name) => `${name}.json`)
      .sort(),
  );
  for (const [name, schema] of Object.entries(schemas)) expect(written(name)).toEqual(schema);
});

it('published schemas have only gained optional fields', () => {
  for (const file of new Set(committed())) {
    const name = file.slice(folder.length + 1, -'.json'.length);
    expect(versionsOf(file).flatMap((version) => breaks(version, schemas[name], name))).toEqual([]);
  }
});

describe('a change of a schema:', () => {
  const field = { type: 'integer' };
  const published = {
    type: 'object',
    required: ['id', 'by'],
    properties: { id: field, by: { type: 'object', properties: { kind: { enum: ['user', 'lms'] } } }, more: field },
  };
  const changed = (change: (schema: any) => void) => {
    const schema = JSON.parse(JSON.stringify(published));
    change(schema);
    return breaks(published, schema);
  };

  it.each<[string, (schema: any) => void]>([
    ['a new optional field', ({ properties }) => Object.assign(properties, { note: field })],
    [
      'a new optional field of an inner object',
      ({ properties }) => Object.assign(properties.by.properties, { note: field }),
    ],
    ['another description', ({ properties }) => Object.assign(properties.id, { description: 'New words.' })],
  ])('%s breaks no consumer', (_, change) => expect(changed(change)).toEqual([]));

  it.each<[string, (schema: any) => void, string]>([
    ['a lost field', ({ properties }) => delete properties.more, 'message.more is gone'],
    ['a new required field', (schema) => schema.required.push('more'), 'message.more became required'],
    ['a field that may be missing', (schema) => schema.required.pop(), 'message.by became optional'],
    [
      'another type',
      ({ properties }) => Object.assign(properties.id, { type: 'string' }),
      'message.id has another type',
    ],
    [
      'another value in an enum',
      ({ properties }) => properties.by.properties.kind.enum.push('clock'),
      'message.by.kind has another enum',
    ],
    [
      'a ban on additional fields',
      (schema) => Object.assign(schema, { additionalProperties: false }),
      'has another additional',
    ],
  ])('%s is a break', (_, change, line) => expect(changed(change)).toEqual([expect.stringContaining(line)]));

  it('a schema that is gone is a break', () => expect(breaks(published, undefined)).toEqual(['message is gone']));
});
