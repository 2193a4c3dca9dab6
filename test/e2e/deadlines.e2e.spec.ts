import { submitOverdue } from '../../apps/worker/src/deadlines.js';
import { Clock } from '../../libs/clock/src/index.js';
import { OverdueAttempts } from '../../libs/commands/src/index.js';
import { partitionSize } from '../../libs/event-store/src/index.js';
import { fresh } from '../support/hooks.js';
import { openCourse, people } from '../support/service.js';

const { alice, bob } = people;
const service = fresh(() => openCourse({ quiz: { is_proctored: false }, onboarding: { is_practice_exam: true } }));
const { request: ask } = service;

const start = (person: typeof alice, exam: string) =>
  service.createAttempt(person, service.exams[exam], {
    start_clock: 'true',
    attempt_proctored: String(exam === 'onboarding'),
  });
const submit = () => submitOverdue(service.database.pool, service.app.get(OverdueAttempts), service.app.get(Clock));
const status = async (id: number) =>
  (await service.database.pool.query('select status from attempts where id = $1', [id])).rows[0].status;

it('attempts of all kinds are submitted at the end of their time, and others go on', async () => {
  const ids = [await start(alice, 'quiz'), await start(bob, 'quiz'), await start(alice, 'onboarding')];
  await service.moveClock('31 minutes');
  const later = await start(bob, 'onboarding');
  await submit();
  expect(await Promise.all(ids.map(status))).toEqual(['submitted', 'submitted', 'submitted']);
  expect(await status(later)).toBe('started');
  const { rows } = await service.database.pool.query(
    'select distinct completed_at - started_at as took from attempts where completed_at is not null',
  );
  expect(rows).toEqual([{ took: expect.objectContaining({ minutes: 30 }) }]);
  const { rows: actors } = await service.database.pool.query(
    `select distinct metadata->'actor'->>'kind' as kind from events where type = 'AttemptSubmitted'`,
  );
  expect(actors).toEqual([{ kind: 'clock' }]);
});

it('an attempt that cannot be read does not prevent the end of others, and the failure is reported', async () => {
  const [broken, fine] = [await start(alice, 'quiz'), await start(bob, 'quiz')];
  await service.database.owner.query('update exams set backend = $1, is_proctored = true where id = $2', [
    'gone',
    service.exams.onboarding,
  ]);
  await service.database.owner.query(
    `update attempts set exam_id = $1 where id = $2`, // now its exam names a provider that does not exist
    [service.exams.onboarding, broken],
  );
  await service.moveClock('31 minutes');
  await expect(submit()).rejects.toThrow('gone');
  expect(await status(fine)).toBe('submitted');
});

it('health reports when the log has room for less than one partition', async () => {
  expect((await ask(undefined, 'GET', '/health/ready')).status).toBe(200);
  await service.database.owner.query(`select setval('events_position', ${2 * partitionSize + 1})`);
  expect(await ask(undefined, 'GET', '/health/ready')).toMatchObject({
    status: 503,
    body: { status: 'the log has room for 9999999 more events, less than one partition' },
  });
  expect(String((await ask(undefined, 'GET', '/metrics')).body)).toContain('proctoring_log_positions_left 9999999');
});
