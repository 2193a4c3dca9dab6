import { submitOverdue } from '../../apps/worker/src/deadlines.js';
import { Clock } from '../../libs/clock/src/index.js';
import { OverdueAttempts } from '../../libs/commands/src/index.js';
import { partitionSize } from '../../libs/event-store/src/index.js';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice, bob } = people;
const root = '/api/edx_proctoring/v1/proctored_exam';
let service: Awaited<ReturnType<typeof openService>>;
let exams: number[];

beforeEach(async () => {
  service = await openService();
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const [quiz, onboarding] = [{ is_proctored: false }, { is_practice_exam: true }];
  const published = [publishedExam('quiz', quiz), publishedExam('onboarding', onboarding)];
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, published);
  exams = body.map(({ exam_id }: { exam_id: number }) => exam_id);
});
afterEach(() => service.close());

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);
const start = async (person: typeof alice, exam: number): Promise<number> => {
  const proctored = exam === exams[1] ? 'true' : 'false';
  const asked = { exam_id: exam, start_clock: 'true', attempt_proctored: proctored };
  const { body } = await ask(person, 'POST', `${root}/attempt`, asked);
  return body.exam_attempt_id;
};
const submit = () => submitOverdue(service.database.pool, service.app.get(OverdueAttempts), service.app.get(Clock));
const status = async (id: number) =>
  (await service.database.pool.query('select status from attempts where id = $1', [id])).rows[0].status;

it('attempts of all kinds are submitted at the end of their time, and others go on', async () => {
  const ids = [await start(alice, exams[0]), await start(bob, exams[0]), await start(alice, exams[1])];
  await service.moveClock('31 minutes');
  const later = await start(bob, exams[1]);
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
  const [broken, fine] = [await start(alice, exams[0]), await start(bob, exams[0])];
  await service.database.owner.query('update exams set backend = $1, is_proctored = true where id = $2', [
    'gone',
    exams[1],
  ]);
  await service.database.owner.query(
    `update attempts set exam_id = $1 where id = $2`, // now its exam names a provider that does not exist
    [exams[1], broken],
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
