import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '../../libs/clock/src/index.js';
import { poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { EventStore } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { Mailer } from '../../libs/mail/src/index.js';
import { MailServer } from '../../libs/mail/src/testing.js';
import { doAskedActions, healthDays, recordHealth } from '../../libs/operations/src/index.js';
import { fresh } from '../support/hooks.js';
import { courseId, deliveryOf, openCourse, people, root } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const superuser = { user_id: 9, preferred_username: 'root', administrator: true, superuser: true };
const at = (path: string) => `/api/operations/v1/${path}`;

/** The course, a mail server that refuses bob's address, and the worker's part under the worker's database user. */
async function openOperations() {
  const mail = new MailServer();
  await mail.open();
  mail.faults = { recipient: (address) => (address.startsWith('bob') ? 550 : undefined) };
  const service = await openCourse(
    { Midterm: {} },
    {
      environment: { SMTP_URL: mail.url, KAFKA_BROKERS: '127.0.0.1:9' },
      settings: {
        DEFAULT_FROM_EMAIL: 'exams@example.org',
        SECRET_KEY: 'planted secret of the LMS',
        PROCTORING_BACKENDS: {
          DEFAULT: 'test',
          test: {},
          rest: {
            base_url: 'https://user:planted-password@rest.example.org',
            client_id: 'lms',
            client_secret: 'planted secret of a client',
            callback_secret: 'planted_secret_of_a_callback_0123456789',
          },
        },
      },
    },
  );
  const database = new Database(poolOptions(service.database.urls.worker, { max: 5 }));
  const { app, configuration } = service;
  const worker = {
    database,
    configuration,
    events: app.get(EventStore),
    commands: app.get(CommandBus),
    clock: app.get(Clock),
  };
  const submit = async (person: typeof alice) => {
    const id = await service.createAttempt(person, service.exams.Midterm!);
    await service.request(person, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    return id;
  };
  return {
    ...service,
    mail,
    worker,
    submit,
    /** Runs the mailer until `done`. */
    async sendMail(what: string, done: () => Promise<boolean>) {
      const end = new AbortController();
      const running = new Mailer(worker, { pollMs: 5 }).run(end.signal);
      await until(what, done);
      end.abort();
      await running;
    },
    async close() {
      await database.end();
      await mail.close();
      await service.close();
    },
  };
}

const service = fresh(openOperations);
const { request: ask, query } = service;

const letters = () => query('select event_id from dead_letters');
const act = () => doAskedActions(service.worker, new AbortController().signal);
const read = async (path: string) => {
  const answer = await ask(staff, 'GET', at(path));
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};

/** Bob's mail is a dead letter. */
async function refuseMailOfBob() {
  await service.sendMail('the mailer begins', async () => (await query('select from checkpoints')).length === 1);
  await service.submit(alice);
  await service.submit(bob);
  await service.sendMail('the mail to bob is refused', async () => (await letters()).length === 1);
  const [{ event_id }] = await letters();
  return String(event_id);
}

/** A review of alice's attempt that came while the exam was not proctored. */
async function refuseReview() {
  const id = await service.submit(alice);
  await service.publish({ Midterm: { is_proctored: false } });
  await ask(staff, 'POST', `${root}/attempt/test-attempt-${id}/reviewed`, { status: 'passed', comments: [] });
  return (await read('callbacks')).results[0].id;
}

const event = '01942c3e-5a00-7000-8000-000000000001';
const reads = [
  ...['subscriptions', 'providers', 'system', 'health', 'settings', 'dead-letters', 'dead-letters/actions'],
  ...[`dead-letters/${event}`, 'callbacks', 'callbacks/1', 'deliveries?subscription=mail'],
  'deliveries/waiting?subscription=mail',
];
const skipped = { subscription: 'mail', reason: 'the address is gone' };
const writes: [string, object][] = [
  ['dead-letters/retry', { subscription: 'mail' }],
  [`dead-letters/${event}/skip`, skipped],
  ['callbacks/1/replay', {}],
  ['callbacks/1/discard', {}],
];

describe('the rights of operators', () => {
  it('global staff read; learners and course staff do not', async () => {
    for (const path of reads) {
      for (const person of [undefined, alice, teacher, { ...superuser, administrator: false }])
        expect([path, (await ask(person, 'GET', at(path))).status]).toEqual([path, 403]);
      const { status } = await ask(staff, 'GET', at(path));
      expect([path, [200, 404]]).toEqual([path, expect.arrayContaining([status])]);
    }
  });

  it('only a superuser who is staff changes something', async () => {
    await refuseMailOfBob();
    for (const [path, body] of writes) {
      for (const person of [undefined, alice, teacher, staff, { ...superuser, administrator: false }])
        expect([path, (await ask(person, 'POST', at(path), body)).status]).toEqual([path, 403]);
      const { status } = await ask(superuser, 'POST', at(path), body);
      expect([path, [202, 404]]).toEqual([path, expect.arrayContaining([status])]);
    }
  });
});

describe('a dead letter', () => {
  it('is listed with its reason and found by subscription, learner and exam; the access log names the learner', async () => {
    const eventId = await refuseMailOfBob();
    const letter = {
      ...{ subscription: 'mail', ordering_key: 'attempts-1-3', event_id: eventId, type: 'AttemptSubmitted' },
      ...{ course_id: courseId, exam_id: 1, user_id: bob.user_id, recorded_at: expect.any(String) },
      reason: expect.stringContaining('550'),
    };
    const page = { count: 1, page: 1, pages: 1, results: [letter] };
    for (const found of ['', '?subscription=mail', '?user_id=3', '?exam_id=1', '?page=7'])
      expect(await read(`dead-letters${found}`)).toEqual(page);
    for (const other of ['?subscription=kafka', '?user_id=2', '?exam_id=2'])
      expect(await read(`dead-letters${other}`)).toMatchObject({ count: 0, results: [] });
    const { event, letters } = await read(`dead-letters/${eventId}`);
    expect(event).toMatchObject({ id: eventId, type: 'AttemptSubmitted', metadata: { userId: 3 } });
    expect(letters).toEqual([letter]);
    await until('both reads are in the access log', async () => {
      const rows = await query(
        `select distinct action from access_log where objects @> '{user:3}' and action like '%dead-letters%' and outcome = 'done'`,
      );
      return rows.length === 2;
    });
  });

  it('is delivered by a retry that the worker does after its cause is gone', async () => {
    await refuseMailOfBob();
    service.mail.faults = {};
    const retry = { subscription: 'mail', ordering_key: 'attempts-1-3' };
    const asked = await ask(superuser, 'POST', at('dead-letters/retry'), retry);
    expect(asked).toMatchObject({
      status: 202,
      body: { action: 'retry', ...retry, user_id: superuser.user_id, done_at: null, events: [], error: null },
    });
    expect(await letters()).toHaveLength(1);
    await act();
    expect(await letters()).toEqual([]);
    expect(service.mail.taken.at(-1)?.recipients).toEqual(['bob@example.org']);
    const { results } = await read('dead-letters/actions');
    expect(results).toEqual([{ ...asked.body, done_at: expect.any(String), events: ['AttemptSubmitted'] }]);
  });

  it('stays when a retry fails again, and the action says why', async () => {
    await refuseMailOfBob();
    await ask(superuser, 'POST', at('dead-letters/retry'), { subscription: 'mail' });
    await act();
    expect(await letters()).toHaveLength(1);
    expect((await read('dead-letters/actions')).results).toEqual([
      expect.objectContaining({ events: [], error: expect.stringMatching(/^1 of 1 failed: .*550/) }),
    ]);
  });

  it('is skipped with a reason, once', async () => {
    const eventId = await refuseMailOfBob();
    const path = at(`dead-letters/${eventId}/skip`);
    expect(await ask(superuser, 'POST', path, { subscription: 'mail' })).toMatchObject({ status: 400 });
    expect(await ask(superuser, 'POST', path, { ...skipped, subscription: 'post' })).toMatchObject({
      status: 400,
      body: { detail: 'There is no subscription "post"; there are: kafka, mail, provider rest.' },
    });
    expect(await ask(superuser, 'POST', path, { ...skipped, subscription: 'kafka' })).toMatchObject({ status: 404 });
    expect(await ask(superuser, 'POST', path, skipped)).toMatchObject({ status: 202 });
    await act();
    await act();
    expect(await letters()).toEqual([]);
    expect((await read('dead-letters/actions')).results).toEqual([
      expect.objectContaining({ action: 'skip', event_id: eventId, ...skipped, events: ['AttemptSubmitted'] }),
    ]);
    expect(await ask(superuser, 'POST', path, skipped)).toMatchObject({ status: 404 });
  });
});

describe('a refused review', () => {
  it('is listed without its body, and leaves the quarantine when it is accepted', async () => {
    const id = await refuseReview();
    const { results, count } = await read('callbacks?user_id=2');
    expect(count).toBe(1);
    expect(results).toEqual([
      expect.objectContaining({ id, route: 'reviewed', user_id: 2, times: 1, reason: 'Exam no longer proctored' }),
    ]);
    expect(await read(`callbacks/${id}`)).toEqual(results[0]);
    expect(await ask(superuser, 'POST', at(`callbacks/${id}/replay`))).toMatchObject({
      status: 400,
      body: { detail: 'The exam is no longer proctored.' },
    });
    await service.publish({ Midterm: {} });
    expect(await ask(superuser, 'POST', at(`callbacks/${id}/replay`))).toMatchObject({ status: 200 });
    expect(await read('callbacks')).toMatchObject({ count: 0 });
    const [{ metadata }] = await query(`select metadata from events where type = 'ReviewReceived'`);
    expect(metadata.actor).toEqual({ kind: 'user', userId: superuser.user_id });
  });

  it('of an unknown learner shows neither its id nor its reason, which may be any text', async () => {
    const path = `${root}/attempt/Planted_Name/reviewed`;
    await ask(staff, 'POST', path, { status: 'passed', comments: [] });
    const { results } = await read('callbacks');
    expect(results).toEqual([expect.objectContaining({ user_id: null, external_id: null })]);
    expect(JSON.stringify(results)).not.toContain('Planted');
  });

  it('is deleted when it is discarded, and the access log names it', async () => {
    const id = await refuseReview();
    expect(await ask(superuser, 'POST', at(`callbacks/${id}/discard`))).toMatchObject({ status: 200 });
    expect(await ask(superuser, 'POST', at(`callbacks/${id}/discard`))).toMatchObject({
      status: 404,
      body: { detail: `There is no quarantined callback ${id}.` },
    });
    expect(await read('callbacks')).toMatchObject({ count: 0, results: [] });
    await until('the access log names the review and its learner', async () => {
      const objects = `{callback:${id},user:2}`;
      const text = `select from access_log where action like '%discard' and outcome = 'done' and objects @> $1`;
      return (await query(text, [objects])).length === 1;
    });
  });
});

it('a subscription that fails has its last error until it goes on', async () => {
  await service.sendMail('the mailer begins', async () => (await query('select from checkpoints')).length === 1);
  await service.submit(alice);
  service.mail.faults = { login: 535 };
  const mail = async () =>
    (await read('subscriptions')).results.find((each: { subscription: string }) => each.subscription === 'mail');
  await service.sendMail('the mailer fails', async () => (await mail()).state === 'failing');
  const failed = await mail();
  expect(failed).toMatchObject({ last_error: expect.stringContaining('535'), last_error_at: expect.any(String) });
  expect(failed.waiting).toBeGreaterThan(0);
  expect(failed.state).toBe('no_leader'); // the test has ended it
  const waiting = (await read('deliveries/waiting?subscription=mail')).results;
  expect(waiting).toEqual([expect.objectContaining({ type: 'AttemptSubmitted', user_id: alice.user_id })]);
  service.mail.faults = {};
  await service.sendMail('the mail is sent', async () => service.mail.taken.length === 1);
  expect(await mail()).toMatchObject({ waiting: 0, stopped: null, failures: expect.any(Number) });
  expect((await read('deliveries/waiting?subscription=mail')).results).toEqual([]);
  const { results } = await read('deliveries?subscription=mail');
  expect(results).toEqual([expect.objectContaining({ type: 'AttemptSubmitted', user_id: 2, outcome: 'sent' })]);
  const rest = await read(`deliveries?subscription=mail&before=${results[0].event_id}`);
  expect(rest.results).toEqual([]);
});

it('the settings in force have no secrets, and say which of them are set', async () => {
  const { results } = await read('settings');
  const setting = (name: string) => results.find((each: { name: string }) => each.name === name);
  expect(setting('SMTP_URL')).toMatchObject({ value: null, is_secret: true, is_set: true });
  expect(setting('DATABASE_URL')).toMatchObject({ value: null, is_secret: true, is_set: false });
  expect(setting('DRAIN_DELAY')).toMatchObject({ value: '5', is_default: true, source: 'environment' });
  expect(setting('DEFAULT_FROM_EMAIL')).toMatchObject({ value: 'exams@example.org', is_default: false });
  expect(setting('PROCTORING_BACKENDS.rest.base_url')).toMatchObject({ value: 'https://…@rest.example.org' });
  expect(setting('PROCTORING_BACKENDS.rest.client_secret')).toMatchObject({ value: null, is_set: true });
  expect(JSON.stringify(results)).not.toMatch(/planted|proctoring:secret|a secret of the tests/);
});

it('health is recorded and shown in spans, and old records are deleted', async () => {
  const recordOf = (age: string, problem: string) =>
    query(
      `with record as (insert into health_records values (now() - $1::interval, $2, 0, 0, 0) returning at)
       insert into subscription_records select at, 'kafka', 7, 30, 0, 2 from record`,
      [age, problem],
    );
  await recordOf(`${healthDays} days 1 minute`, 'long ago');
  await recordOf('3 hours', 'the disk is full');
  await recordHealth(service.worker);
  expect(await query('select problem from health_records order by at')).toEqual([
    { problem: 'the disk is full' },
    { problem: null },
  ]);
  const day = await read('health');
  expect(day).toMatchObject({ step_seconds: 360 });
  expect(day.spans).toEqual([
    expect.objectContaining({ minutes: 1, minutes_not_ready: 1, problem: 'the disk is full' }),
    expect.objectContaining({ minutes: 1, minutes_not_ready: 0, problem: null, quarantined_callbacks: 0 }),
  ]);
  const kafka = day.subscriptions.find((each: { subscription: string }) => each.subscription === 'kafka');
  expect(kafka.spans).toEqual([
    expect.objectContaining({ waiting: 7, oldest_waiting_seconds: 30, failures: 0 }),
    expect.objectContaining({ waiting: 1, dead_letters: 0 }),
  ]);
  expect((await read('health?hours=1')).spans).toHaveLength(1);
  for (const wrong of ['0', '169', '1.5', 'x'])
    expect(await ask(staff, 'GET', at(`health?hours=${wrong}`))).toMatchObject({ status: 400 });
});

it('a provider is shown with its circuit, its notifications and its refused reviews', async () => {
  const end = new AbortController();
  const delivery = deliveryOf(service, 'rest');
  const running = delivery.run(end.signal);
  await until('the circuit is known', async () => (await query('select from vendor_circuits')).length === 1);
  end.abort();
  await running;
  const { results } = await read('providers');
  expect(results).toEqual([
    expect.objectContaining({ provider: 'test', is_default: true, subscription: null, circuit: null }),
    expect.objectContaining({
      ...{ provider: 'rest', is_default: false, subscription: 'provider rest', circuit: 'closed', dead_letters: 0 },
      ...{ last_notified_at: null, notified_last_hour: 0, quarantined_callbacks: 0 },
    }),
  ]);
});

it('the state of the system says how large the log is, and what Kafka is used for', async () => {
  const status = await read('system');
  expect(status).toMatchObject({
    ...{ ready: true, problem: null, merkle_tree: null },
    log: { generation: 1, partitions: expect.arrayContaining([{ name: 'events_0', bytes: expect.any(Number) }]) },
    kafka: { brokers: ['127.0.0.1:9'], topics: expect.arrayContaining(['proctoring.grades.v1']), transactions: true },
  });
  expect(status.log.positions_left).toBeGreaterThan(20_000_000);
});
