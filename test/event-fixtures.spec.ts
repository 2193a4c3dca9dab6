import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Event, exam, fold, learnerAtExam } from '../libs/domain/src/index.js';
import { type Stored, upcast } from '../libs/event-store/src/index.js';
import { foldRows, projections } from '../libs/read-models/src/index.js';

type Fixture = Event & { schemaVersion: number };

const folder = 'test/fixtures/events';
const fixtures = readdirSync(folder).map((file): Fixture => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const stored = (type: string) => {
  const fixture = fixtures.find((each) => each.type === type)!;
  return upcast({}, fixture as Stored);
};
const isOfExam = (type: string) => type in exam.evolve;
const known = [...Object.keys(exam.evolve), ...Object.keys(learnerAtExam.evolve)].sort();

it('every type of event that is stored has a fixture', () =>
  expect(fixtures.map(({ type }) => type).sort()).toEqual(known));

it.each(known)('%s, as it was stored once, is still understood by deciders and read models', (type) => {
  const isFirst = type === 'ExamCreated' || type === 'AttemptCreated' || type === 'AllowanceGranted';
  const before = isFirst ? [] : [stored(isOfExam(type) ? 'ExamCreated' : 'AttemptCreated'), stored('AllowanceGranted')];
  const history = [...before.filter((event) => isOfExam(event.type) === isOfExam(type)), stored(type)];
  const state = isOfExam(type) ? fold(exam, history as any) : fold(learnerAtExam, history as any);
  const rows = projections.map((projection) => [projection.table, [...foldRows(projection, history).values()]]);
  expect({ state, rows }).toMatchSnapshot();
});

it('no fixture was ever changed or deleted: what is stored stays as it is', () => {
  if (!existsSync('.git')) throw new Error('This check reads the history of the repository.');
  const changes = execFileSync('git', ['log', '--diff-filter=MDRT', '--format=%h', '--name-only', '--', folder]);
  expect(String(changes)).toBe('');
  const uncommitted = execFileSync('git', ['diff', '--diff-filter=MDRT', '--name-only', 'HEAD', '--', folder]);
  expect(String(uncommitted)).toBe('');
});
