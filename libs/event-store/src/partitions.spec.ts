import { openDatabase } from '../../../test/support/database.js';
import { fresh } from '../../../test/support/hooks.js';
import { EventStore, partitionSize, positionsLeft, start } from './index.js';
import { created, metadata, started, until } from './testing.js';

const db = fresh(openDatabase);

/** Moves the log to the end of its last partition. */
const fillUp = () => db.owner.query(`select setval('events_position', ${3 * partitionSize - 2})`);
const sit = (store: EventStore, learner: string) =>
  store.append([{ stream: learner, after: start, events: [created, started], metadata }]);

it('an append that finds no partition makes the next partitions', async () => {
  await fillUp();
  const events = await sit(new EventStore(db.pool), 'attempts-4-7');
  expect(events.every(({ position }) => Number(position) >= 3 * partitionSize - 1)).toBe(true);
  expect(await positionsLeft(db.pool)).toBeGreaterThan(2 * partitionSize);
});

it('appends of several processes at the end of the last partition are all recorded, once each', async () => {
  await fillUp();
  const stores = [1, 2, 3].map(() => new EventStore(db.pool));
  const learners = Array.from({ length: 90 }, (_, index) => `attempts-4-${index}`);
  await Promise.all(learners.map((learner, index) => sit(stores[index % 3], learner)));
  const histories = await stores[0].readMany(learners);
  expect([...histories.values()].map((history) => history.length)).toEqual(learners.map(() => 2));
});

it('an append that reaches a new partition makes the next ones ahead', async () => {
  const store = new EventStore(db.pool);
  await sit(store, 'attempts-4-7');
  await db.owner.query(`select setval('events_position', ${partitionSize})`);
  await sit(store, 'attempts-4-8');
  await until('there are partitions ahead', async () => (await positionsLeft(db.pool)) > 2 * partitionSize);
});

it('counts the positions that are left', async () => {
  expect(await positionsLeft(db.pool)).toBeLessThanOrEqual(3 * partitionSize);
  await fillUp();
  expect(await positionsLeft(db.pool)).toBe(2);
});
