import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  courseConfiguration,
  type Event,
  exam,
  fold,
  learner,
  learnerAtExam,
  logKeys,
} from '../../../libs/domain/src/index.js';
import { type GenerationBegan, type RecordedEvent, upcast } from '../../../libs/event-store/src/index.js';
import { foldRows, projections } from '../../../libs/read-models/src/index.js';

type Fixture = Event & { schemaVersion: number };

const folder = 'test/support/fixtures/events';
const fixtures = readdirSync(folder).map((file): Fixture => JSON.parse(readFileSync(join(folder, file), 'utf8')));
const recorded = (type: string) => {
  const fixture = fixtures.find((each) => each.type === type)!;
  const where = { stream: 'attempts-7-42', metadata: { courseId: 'course-v1:OrgX+Demo+2031', examId: 7, userId: 42 } };
  return upcast({ ...where, ...fixture } as unknown as RecordedEvent);
};
const deciders = [exam, courseConfiguration, learnerAtExam, learner, logKeys];
const known = deciders.flatMap(({ evolve }) => Object.keys(evolve)).sort();
const ofTheLog: GenerationBegan['type'][] = ['GenerationBegan'];

it('every type of event has a fixture', () =>
  expect(fixtures.map(({ type }) => type).sort()).toEqual([...known, ...ofTheLog].sort()));

it.each(known)('deciders and read models still understand %s as it was recorded', (type) => {
  const first = [
    [exam, ['ExamCreated']],
    [courseConfiguration, []],
    [learnerAtExam, ['AttemptCreated', 'AllowanceGranted']],
    [learner, []],
    [logKeys, ['LogKeyIntroduced']],
  ] as const;
  const begun = first.find(([{ evolve }]) => type in evolve)![1] as readonly string[];
  const before = begun.includes(type) ? [] : begun.map(recorded);
  const history = [...before, recorded(type)];
  const decider: any = deciders.find(({ evolve }) => type in evolve);
  const state = fold(decider, history);
  const rows = projections.map((projection) => [projection.table, [...foldRows(projection, history).values()]]);
  expect({ state, rows }).toMatchSnapshot();
});

it('no fixture was ever changed or deleted, because recorded events never change', () => {
  if (!existsSync('.git')) throw new Error('This check reads the history of the repository.');
  const changes = execFileSync('git', ['log', '--diff-filter=MDRT', '--format=%h', '--name-only', '--', folder]);
  expect(String(changes)).toBe('');
  const uncommitted = execFileSync('git', ['diff', '--diff-filter=MDRT', '--name-only', 'HEAD', '--', folder]);
  expect(String(uncommitted)).toBe('');
});
