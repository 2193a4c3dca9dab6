import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { consequencesOf } from '#audit';
import { standaloneCommands } from '#commands';
import { RemoveAllAttempts } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { lateAnswer, PretendedProvider } from '../../libs/providers/src/testing.js';
import { courseId, deliveryOf, openCourse, openService, people, root } from '../support/service.js';

const { staff, alice, bob } = people;
const text =
  'The proctoring provider is temporarily unavailable, so this attempt could not be fully reset. Please try again in a few minutes.';
type Service = Awaited<ReturnType<typeof openCourse>>;

let provider: PretendedProvider;
let service: Service;
const settings = () => ({
  PROCTORING_BACKENDS: {
    DEFAULT: 'rest',
    rest: { base_url: provider.url, client_id: 'lms', client_secret: 'secret', request_timeout: 1 },
  },
});
const open = async (release: string) => {
  service = await openCourse(
    { midterm: {}, practice: { is_practice_exam: true } },
    { settings: settings(), environment: { REFERENCE_RELEASE: release } },
  );
};
beforeEach(async () => {
  provider = await PretendedProvider.open();
});
afterEach(async () => {
  await service.close();
  await provider.close();
});

const removals = () => provider.routes().filter((route) => /^DELETE .*\/attempt\//.test(route)).length;
const remove = (attempt: number, headers = {}) =>
  service.request(staff, 'DELETE', `${root}/attempt/${attempt}`, undefined, headers);
const removeAll = (headers = {}) =>
  service.request(
    staff,
    'DELETE',
    `${root}/exam_id/${service.exams.midterm}/user_id/${alice.user_id}/reset_attempts`,
    undefined,
    headers,
  );
const attempts = () => service.query('select id::int, external_id from attempts order by id');
const removed = () => service.query(`select data from events where type = 'AttemptRemoved'`);

/** An attempt that failed, and the one that resumes it. */
const twoAttempts = async (): Promise<[number, number]> => {
  const exam = service.exams.midterm!;
  const first = await service.createAttempt(alice, exam, { start_clock: 'true' });
  await service.request(alice, 'PUT', `${root}/attempt/${first}`, { action: 'error' });
  const resume = { action: 'mark_ready_to_resume', user_id: alice.user_id };
  expect((await service.request(staff, 'PUT', `${root}/attempt/${first}`, resume)).status).toBe(200);
  return [first, await service.createAttempt(alice, exam)];
};

describe('in release 6.1 staff remove an attempt', () => {
  beforeEach(() => open('6.1'));

  it('on the instructor dashboard, which gets the refusal as an error and as a detail', async () => {
    const exam = service.exams.midterm!;
    await service.createAttempt(alice, exam);
    provider.answers({ status: 500 });
    const url = `/api/instructor/v2/courses/${courseId}/special_exams/${exam}/reset/alice`;
    const { status, body } = await service.request(staff, 'POST', url);
    expect([status, body]).toEqual([502, { error: text, detail: text }]);
    expect(await attempts()).toHaveLength(1);
    provider.answers({ body: { status: 'deleted' } });
    expect((await service.request(staff, 'POST', url)).status).toBe(200);
    expect(await attempts()).toEqual([]);
  });

  it.each<[string, object]>([
    ['says that it is removed', { body: { status: 'deleted' } }],
    ['no longer knows it', { status: 404 }],
    ['says so without a body', { status: 204, text: '' }],
  ])('once the provider %s, which is not notified again', async (_, answer) => {
    const attempt = await service.createAttempt(alice, service.exams.midterm!);
    provider.answers(answer);
    expect((await remove(attempt)).status).toBe(200);
    expect(await attempts()).toEqual([]);
    expect((await removed())[0]!.data.effects[0]).toMatchObject({ action: 'remove', confirmed: true });
    const stream = `attempts-${service.exams.midterm}-${alice.user_id}`;
    const [removal] = (await service.app.get(EventStore).read(stream)).slice(-1);
    await deliveryOf(service, 'rest').handle([removal!]);
    expect(removals()).toBe(1);
    const [command] = await consequencesOf(service.database.pool, [removal!]);
    expect(command!.events[0]!.consequences).toContainEqual(
      expect.objectContaining({ kind: 'provider_notification', to: 'rest', what: 'remove', state: 'done' }),
    );
  });

  it('and notifications that still wait are not sent to the provider any more', async () => {
    const exam = service.exams.midterm!;
    const attempt = await service.createAttempt(alice, exam, { start_clock: 'true' });
    const other = await service.createAttempt(bob, exam, { start_clock: 'true' });
    expect((await remove(attempt)).status).toBe(200);
    const streams = [alice, bob].map((person) => `attempts-${exam}-${person.user_id}`);
    const histories = await Promise.all(streams.map((stream) => service.app.get(EventStore).read(stream)));
    await deliveryOf(service, 'rest').handle(histories.flat());
    const { external_id } = (await attempts()).find(({ id }) => id === other)!;
    expect(provider.routes().filter((route) => route.startsWith('PATCH'))).toEqual([
      expect.stringContaining(`/attempt/${external_id}/`),
    ]);
  });

  it.each<[string, object]>([
    ['has another status', { body: { status: 'busy' } }],
    ['is no JSON', { text: '<html>' }],
    ['is an error', { status: 500, body: { status: 'deleted' } }],
    ['refuses the login', { status: 403 }],
    ['does not come in time', lateAnswer],
  ])('but not if the answer of the provider %s: 502, and nothing changes', async (_, answer) => {
    const attempt = await service.createAttempt(alice, service.exams.midterm!);
    provider.mood = ({ route }) => (route.startsWith('DELETE') ? answer : undefined);
    const key = { 'Idempotency-Key': 'the removal' };
    expect(await remove(attempt, key)).toMatchObject({ status: 502, body: { detail: text } });
    expect(await attempts()).toHaveLength(1);
    expect(await removed()).toEqual([]);
    provider.mood = () => undefined;
    expect((await remove(attempt, key)).status).toBe(200);
    expect(await attempts()).toEqual([]);
  });

  it('but not if the provider is not configured any more', async () => {
    const attempt = await service.createAttempt(alice, service.exams.midterm!);
    const without = await openService(
      { REFERENCE_RELEASE: '6.1' },
      { database: service.database, settings: { PROCTORING_BACKENDS: { DEFAULT: 'test', test: {} } } },
    );
    try {
      expect(await without.request(staff, 'DELETE', `${root}/attempt/${attempt}`)).toMatchObject({
        status: 502,
        body: { detail: text },
      });
    } finally {
      await without.app.close();
    }
    expect(await attempts()).toHaveLength(1);
  });

  it('and of several those up to the first failure, and the answer says how many; the rest follow later', async () => {
    const [first, second] = await twoAttempts();
    const [, { external_id }] = (await attempts()) as [object, { external_id: string }];
    provider.mood = ({ route }) =>
      route.startsWith('DELETE') && route.includes(external_id) ? { status: 500 } : undefined;
    const key = { 'Idempotency-Key': 'all' };
    expect(await removeAll(key)).toMatchObject({
      status: 502,
      body: { detail: `${text} Attempts that are removed already: 1.` },
    });
    expect((await attempts()).map(({ id }) => id)).toEqual([second]);
    expect(await removeAll(key)).toMatchObject({ status: 502, body: { detail: text } });
    provider.mood = () => undefined;
    expect((await removeAll(key)).status).toBe(200);
    expect((await removed()).map(({ data }) => data.attemptId)).toEqual([first, second]);
    expect(removals()).toBe(4);
  });

  it('without the provider if it never registered the attempt', async () => {
    provider.answers({ body: { id: 'x', status: 'onboarding_missing' } });
    const attempt = await service.createAttempt(alice, service.exams.midterm!);
    expect((await remove(attempt)).status).toBe(200);
    expect(removals()).toBe(0);
  });

  it('but a dry run of an operator asks no provider, and shows the events', async () => {
    await service.createAttempt(alice, service.exams.midterm!);
    const shown: RecordedEvent[] = [];
    const dryRun = { dryRun: true, onAppend: (events: readonly RecordedEvent[]) => shown.push(...events) };
    const module = standaloneCommands(service.configuration, service.database.url, { max: 2 }, dryRun);
    const operator = await NestFactory.createApplicationContext(module, { logger: false });
    try {
      const learner = { examId: service.exams.midterm!, userId: alice.user_id };
      const by = { actor: { kind: 'operator', name: 'olga' } } as const;
      await operator.get(CommandBus).execute(new RemoveAllAttempts(learner, { at: '2031-05-05T12:00:00.000Z' }, by));
    } finally {
      await operator.close();
    }
    expect(shown.map(({ type }) => type)).toEqual(['AttemptRemoved']);
    expect(removals()).toBe(0);
    expect(await attempts()).toHaveLength(1);
  });

  it('and a learner who repeats a practice exam waits for no provider', async () => {
    const attempt = await service.createAttempt(alice, service.exams.practice!, { start_clock: 'true' });
    await service.request(alice, 'PUT', `${root}/attempt/${attempt}`, { action: 'submit' });
    provider.mood = ({ route }) => (route.startsWith('DELETE') ? { status: 500 } : undefined);
    expect(
      (await service.request(alice, 'PUT', `${root}/attempt/${attempt}`, { action: 'reset_attempt' })).status,
    ).toBe(200);
    expect(removals()).toBe(0);
  });
});

it('in release 4.16 the attempt is removed at once, and the provider is notified afterwards', async () => {
  await open('4.16');
  const attempt = await service.createAttempt(alice, service.exams.midterm!);
  expect((await remove(attempt)).status).toBe(200);
  expect(removals()).toBe(0);
  expect((await removed())[0]!.data.effects[0]).toEqual({
    kind: 'provider',
    action: 'remove',
    provider: 'rest',
    examExternalId: expect.any(String),
    attemptExternalId: expect.any(String),
  });
});
