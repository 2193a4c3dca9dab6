import { EventStore, headOf } from '../../libs/event-store/src/index.js';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice, bob } = people;
const root = '/api/edx_proctoring/v1/proctored_exam';

it('a command on a history with an event of a newer version gets 503 and writes nothing', async () => {
  const service = await openService();
  const { pool } = service.database;
  await service.request(staff, 'PUT', '/api/lms/v1/roster', roster);
  const listed = [publishedExam('midterm', { is_proctored: false })];
  const url = `${root}/exam_registration/course_id/${courseId}`;
  const [{ exam_id }] = (await service.request(staff, 'PATCH', url, listed)).body;
  const create = async (person: typeof alice) =>
    (await service.request(person, 'POST', `${root}/attempt`, { exam_id, start_clock: 'true' })).body.exam_attempt_id;
  const [hers, his] = [await create(alice), await create(bob)];

  const stream = `attempts-${exam_id}-${alice.user_id}`;
  const newer = new EventStore(pool, undefined, { upcasters: null });
  const history = await newer.read(stream);
  const events = [{ type: 'AttemptPaused', data: { attemptId: hers, at: new Date().toISOString() } }];
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
