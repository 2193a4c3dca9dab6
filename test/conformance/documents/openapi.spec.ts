import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventData, sharedSchemas } from '../../../apps/api/src/document/event-data.js';
import { openService } from '../../support/service.js';
import { eventData as eventDataOfTypes } from './event-data.js';

const operationIds = 'test/support/fixtures/operation-ids.txt';
const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
const file = join(folder, 'openapi.json');
let document: any;

const node = (script: string, ...words: string[]) => {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const offline = { ...env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], {
    encoding: 'utf8',
    env: offline,
  });
  return { status, output: `${stdout}${stderr}` };
};
const lint = (path: string) =>
  node('node_modules/@redocly/cli/bin/cli.js', 'lint', '--config', 'redocly.yaml', '--format', 'checkstyle', path);

beforeAll(async () => {
  const service = await openService();
  document = (await service.request(undefined, 'GET', '/docs-json')).body;
  await service.close();
  writeFileSync(file, JSON.stringify(document));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the OpenAPI document for generated clients', () => {
  it('has the version and the licence of the package, and a server', () => {
    const { version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(document.info).toMatchObject({ version, license: { name: license } });
    expect(document.servers).toHaveLength(1);
  });

  it('explains each of its tags', () => {
    const used = Object.values<any>(document.paths).flatMap((item) =>
      Object.values<any>(item).flatMap(({ tags }) => tags),
    );
    expect(document.tags.map(({ name }: any) => name).sort()).toEqual([...new Set(used)].sort());
  });

  it('gives each operation its listed id', () => {
    const operations = Object.entries<any>(document.paths).flatMap(([path, item]) =>
      Object.entries<any>(item).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(linesOf(readFileSync(operationIds, 'utf8')));
  });

  it('never loses an operation id, or moves it to another operation', () => {
    const commits = linesOf(git('log', '--format=%h', '--', operationIds));
    const published = commits.flatMap((commit) => linesOf(git('show', `${commit}:${operationIds}`)));
    const listed = new Set(linesOf(readFileSync(operationIds, 'utf8')));
    expect(published.filter((line) => !listed.has(line))).toEqual([]);
  });

  it('describes the data of each event as its TypeScript type does (npm run docs)', () => {
    const { data, named } = eventDataOfTypes();
    expect({ eventData, sharedSchemas }).toEqual({ eventData: data, sharedSchemas: named });
  });

  it('passes the linter of Redocly', () =>
    expect(lint(file)).toMatchObject({
      status: 0,
      output: expect.stringContaining('Your API description is valid. 🎉'),
    }));

  it('does not pass it with the same operation id twice', () => {
    const twice = join(folder, 'twice.json');
    const text = JSON.stringify(document);
    writeFileSync(twice, text.replace('"operationId":"createExam"', '"operationId":"createAttempt"'));
    expect(lint(twice)).toMatchObject({ status: 1, output: expect.stringContaining('operation-operationId-unique') });
  });

  it('makes a client for TypeScript that compiles strictly, with the data of each event', () => {
    const types = node('node_modules/openapi-typescript/bin/cli.js', file, '--output', join(folder, 'api.ts'));
    expect(types).toMatchObject({ status: 0, output: expect.not.stringContaining('✘') });
    writeFileSync(join(folder, 'client.ts'), client);
    const strict = [
      '--strict',
      '--noUncheckedIndexedAccess',
      '--exactOptionalPropertyTypes',
      '--noEmit',
      '--ignoreConfig',
    ];
    const compiled = node(
      'node_modules/typescript/bin/tsc',
      ...strict,
      '--target',
      'es2022',
      join(folder, 'client.ts'),
    );
    expect(compiled).toEqual({ status: 0, output: '' });
  });
});

const git = (...words: string[]) => execFileSync('git', words, { encoding: 'utf8' });
const linesOf = (text: string) => text.split('\n').filter(Boolean);

const client = `
import type { operations } from './api';

type History = operations['getAttemptHistory']['responses'][200]['content']['application/json'];
type NewAttempt = operations['createAttempt']['requestBody']['content']['application/json'];

export const minutesOf = ({ events }: History): number | undefined =>
  events.flatMap((event) => (event.type === 'AttemptStarted' ? [event.data.allowed.minutes] : []))[0];

export const graded = ({ events }: History): boolean =>
  events.some((event) => event.type === 'AttemptVerified' && event.data.effects.some(({ kind }) => kind === 'grade'));

export const attempt: NewAttempt = { exam_id: 7, start_clock: 'true' };

// @ts-expect-error Only an event that started an attempt has minutes
export const wrong = ({ events }: History) => events[0]?.data.allowed.minutes;
// @ts-expect-error Not the text of a flag
export const notAFlag: NewAttempt = { exam_id: 7, start_clock: 'perhaps' };
`;
