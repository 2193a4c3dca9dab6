import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '../../libs/clock/src/index.js';
import { Delivery, subscriptionNameOf } from '../../libs/delivery/src/index.js';
import { deadLetters, EventStore } from '../../libs/event-store/src/index.js';
import { until } from '../../libs/event-store/src/testing.js';
import { derivedId } from '../../libs/integration/src/index.js';
import { Mailer, mailerName } from '../../libs/mail/src/index.js';
import { MailServer } from '../../libs/mail/src/testing.js';
import { providerOf } from '../../libs/providers/src/index.js';
import { PretendedProvider } from '../../libs/providers/src/testing.js';
import { courseId, openService, people, publishedExam, roster } from '../support/service.js';

const { staff, alice, bob, teacher } = people;
const auditor = { user_id: 9, preferred_username: 'auditor', scopes: ['audit:read'] };
const root = '/api/edx_proctoring/v1/proctored_exam';
const audit = '/api/audit/v1';
const folder = mkdtempSync(join(tmpdir(), 'consequences of a test '));

let provider: PretendedProvider;
let mail: MailServer;
let service: Awaited<ReturnType<typeof openService>>;
let exams: number[];
let end: AbortController;
let running: Promise<unknown>;

const ask = (...request: Parameters<typeof service.request>) => service.request(...request);

beforeEach(async () => {
  [provider, mail] = [await PretendedProvider.open(), new MailServer()];
  await mail.open();
  const file = join(folder, 'settings.json');
  const rest = { base_url: provider.url, client_id: 'lms', client_secret: 'secret', request_timeout: 1 };
  const PROCTORING_BACKENDS = { DEFAULT: 'rest', rest };
  writeFileSync(file, JSON.stringify({ PROCTORING_BACKENDS, DEFAULT_FROM_EMAIL: 'exams@example.org' }));
  service = await openService({ PROCTORING_CONFIG: file, SMTP_URL: mail.url });
  await ask(staff, 'PUT', '/api/lms/v1/roster', roster);
  const published = [publishedExam('midterm'), publishedExam('final')];
  const { body } = await ask(staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, published);
  exams = body.map(({ exam_id }: { exam_id: number }) => exam_id);
});
afterEach(async () => {
  end?.abort();
  await running;
  await service.close();
  await Promise.all([provider.close(), mail.close()]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The worker's notifications and mails; answers when both have read the log. */
async function work() {
  const { app, configuration, database } = service;
  const [events, commands, clock] = [app.get(EventStore), app.get(CommandBus), app.get(Clock)];
  const deps = { database: database.pool, configuration, events, commands, clock };
  const delivery = new Delivery(providerOf(configuration.settings, 'rest'), deps, { pollMs: 5 });
  const mailer = new Mailer(deps, { pollMs: 5 });
  end = new AbortController();
  running = Promise.all([delivery.run(end.signal), mailer.run(end.signal)]);
  const names = `select from checkpoints where name in ('${mailerName}', '${subscriptionNameOf('rest')}')`;
  await until('both read the log', async () => (await database.pool.query(names)).rowCount === 2);
}

const create = async (person = alice, exam = exams[0]) =>
  (await ask(person, 'POST', `${root}/attempt`, { exam_id: exam, attempt_proctored: 'true' })).body.exam_attempt_id;
const act = (id: number, action: string, person = alice, headers = {}) =>
  ask(person, 'PUT', `${root}/attempt/${id}`, { action }, headers);
const commandsOf = async (path: string, person: Parameters<typeof ask>[0] = auditor) => {
  const { status, body } = await ask(person, 'GET', `${audit}/${path}/consequences`);
  expect(status).toBe(200);
  return body.commands;
};
/** The consequences of one event of an attempt, by kind. */
const followed = async (attempt: number, type: string) => {
  const events = (await commandsOf(`attempts/${attempt}`)).flatMap(({ events }: any) => events);
  const { consequences } = events.find((event: any) => event.type === type);
  return Object.fromEntries(
    ['message', 'mail', 'provider_notification'].map((kind) => [
      kind,
      consequences.filter((each: any) => each.kind === kind),
    ]),
  );
};

it('a submission leads to messages, a mail and a notification, each with its delivery', async () => {
  const waiting = { state: 'waiting', at: null, reason: null };
  const attempt = await create();
  await act(attempt, 'start');
  await work();
  await act(attempt, 'submit', alice, { 'x-request-id': 'submit-1' });
  const done = { state: 'done', at: expect.stringMatching(/^\d{4}-.*Z$/), reason: null };
  await until('mail and notification are sent', async () => {
    const { mail, provider_notification } = await followed(attempt, 'AttemptSubmitted');
    return [...mail, ...provider_notification].every(({ state }: any) => state === 'done');
  });
  const { message, mail: mails, provider_notification } = await followed(attempt, 'AttemptSubmitted');
  expect(mails).toEqual([{ kind: 'mail', to: null, what: 'submitted', ...done, receipts: [] }]);
  expect(provider_notification).toEqual([
    { kind: 'provider_notification', to: 'rest', what: 'stop', ...done, receipts: [] },
  ]);
  expect(message.map(({ to }: any) => to)).toEqual(
    expect.arrayContaining(['proctoring.attempts.v1', 'proctoring.credit.v1']),
  );
  for (const each of message) expect(each).toMatchObject({ ...waiting, receipts: [] }); // there is no Kafka
  const [submission] = (await commandsOf(`attempts/${attempt}`)).slice(-1);
  expect(submission).toMatchObject({ request_id: 'submit-1', actor: { kind: 'user', userId: alice.user_id } });
});

it('what a provider or a mail server refuses is a dead letter, with the reason', async () => {
  await work();
  const attempt = await create();
  await act(attempt, 'start');
  await until('the provider is notified of the start', async () =>
    (await followed(attempt, 'AttemptStarted')).provider_notification.every(({ state }: any) => state === 'done'),
  );
  provider.mood = ({ route }) => (route.startsWith('PATCH') ? { status: 400 } : undefined);
  mail.faults = { recipient: () => 550 };
  await act(attempt, 'submit');
  for (const name of [subscriptionNameOf('rest'), mailerName])
    await until(`${name} has a dead letter`, async () => (await deadLetters(service.database.pool, name)).length > 0);
  const { mail: mails, provider_notification } = await followed(attempt, 'AttemptSubmitted');
  expect(mails).toMatchObject([
    { state: 'dead_letter', at: expect.any(String), reason: 'refused by the mail server: 550' },
  ]);
  expect(provider_notification).toMatchObject([
    { state: 'dead_letter', at: expect.any(String), reason: expect.stringContaining('400') },
  ]);
});

it('before mail was set up there is no record of one; a provider is notified of its exams', async () => {
  const attempt = await create();
  await act(attempt, 'submit');
  await work();
  await until(
    'the provider has all',
    async () => (await followed(attempt, 'AttemptSubmitted')).provider_notification[0].state === 'done',
  );
  expect((await followed(attempt, 'AttemptSubmitted')).mail).toMatchObject([{ state: 'no_record', at: null }]);
  const { rows } = await service.database.owner.query(
    `select id from events where type = 'ExamCreated' order by position`,
  );
  const [{ events }] = await commandsOf(`events/${rows[0].id}`);
  expect(events.map(({ type }: any) => type)).toEqual(['ExamCreated', 'ExamCreated']);
  for (const { consequences } of events)
    expect(consequences).toMatchObject([{ kind: 'provider_notification', to: 'rest', what: null, state: 'done' }]);
});

it('a message that is in a replay topic alone is not published', async () => {
  const attempt = await create();
  const [{ events }] = await commandsOf(`attempts/${attempt}`);
  const [message] = events[0].consequences;
  const { database } = service;
  await database.owner.query(`insert into checkpoints (name, generation, xid, position) values ('kafka', 9, '0', 0)`);
  await database.owner.query(
    `insert into deliveries (event_id, topic, partition, "offset", ce_id) values ($1, $2, 0, 0, $3)`,
    [events[0].event_id, `${message.to}.replay`, derivedId(`${message.to}/0`, events[0].event_id)],
  );
  const [published] = (await followed(attempt, 'AttemptCreated')).message!;
  expect(published).toMatchObject({
    to: message.to,
    what: message.what,
    state: 'no_record',
    receipts: [{ offset: '0' }],
  });
});

it('one command may lead to events of several attempts: a decline is seen with its cascade', async () => {
  const declined = await create(bob);
  await act(declined, 'decline', bob);
  const { rows } = await service.database.owner.query(
    `select id from events where type = 'AttemptDeclined' order by position`,
  );
  for (const { id } of rows) {
    const [command, ...others] = await commandsOf(`events/${id}`, teacher);
    expect(others).toEqual([]);
    expect(command.events.map(({ type, stream }: any) => [type, stream])).toEqual([
      ['AttemptDeclined', `attempts-${exams[0]}-3`],
      ['AttemptCreated', `attempts-${exams[1]}-3`],
      ['AttemptDeclined', `attempts-${exams[1]}-3`],
    ]);
  }
});

it('is for auditors and staff of the course alone', async () => {
  const attempt = await create();
  const { rows } = await service.database.owner.query(`select id from events where type = 'AttemptCreated'`);
  for (const path of [`attempts/${attempt}`, `events/${rows[0].id}`]) {
    expect((await ask(alice, 'GET', `${audit}/${path}/consequences`)).status).toBe(403);
    expect(await commandsOf(path, teacher)).toEqual(await commandsOf(path, auditor));
  }
  const unknown = '00000000-0000-7000-8000-000000000000';
  expect((await ask(auditor, 'GET', `${audit}/events/${unknown}/consequences`)).status).toBe(404);
  expect((await ask(auditor, 'GET', `${audit}/events/no-id/consequences`)).status).toBe(404);
});
