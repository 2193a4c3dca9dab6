import { EventStore, headOf } from '../../libs/event-store/src/index.js';
import { openCourse, people, root } from '../support/service.js';

const { alice, bob } = people;

it('a command on a history with an event of a newer version gets 503 and writes nothing', async () => {
  const service = await openCourse({ midterm: { is_proctored: false } });
  const { pool } = service.database;
  const { midterm } = service.exams;
  const create = (person: typeof alice) =>
    service.createAttempt(person, midterm, { attempt_proctored: 'false', start_clock: 'true' });
  const [hers, his] = [await create(alice), await create(bob)];

  const stream = `attempts-${midterm}-${alice.user_id}`;
  const newer = new EventStore(pool, undefined, { upcasters: null });
  const history = await newer.read(stream);
  const events = [{ type: 'AttemptMoved', data: { attemptId: hers, at: new Date().toISOString() } }];
  const { metadata } = history[0];
  await newer.append([{ stream, after: headOf(history), events, metadata, history }]);

  const submit = (person: typeof alice, id: number) =>
    service.request(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
  const refused = await submit(alice, hers);
  expect(refused).toMatchObject({
    status: 503,
    body: { detail: 'A newer version of this service must answer this. Please try again.' },
    headers: { 'retry-after': '5' },
  });
  expect(await newer.read(stream)).toHaveLength(history.length + 1);
  expect((await submit(bob, his)).status).toBe(200);
  await service.close();
});
