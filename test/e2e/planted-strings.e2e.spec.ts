import { until } from '../../libs/event-store/src/testing.js';
import { examAttemptTopic, topicSettingsOf } from '../../libs/integration/src/index.js';
import { type ConnectedService, startConnectedService } from '../support/connected-service.js';
import { answersOf, filesOf, foundIn, messagesIn, rowsOf } from '../support/everywhere.js';
import { planter, publishAsOpenEdx } from '../support/planted.js';
import {
  type Attempt,
  bearer,
  byBus,
  byToken,
  enrolled,
  learner,
  plantInAllowances,
  plantInAppeals,
  plantInCommands,
  plantInRequests,
  plantInReviews,
  plantInRoster,
  plantOnBus,
  reviewer,
  submitAttempts,
  superuser,
} from '../support/planted-inputs.js';
import { withAdmin } from '../support/relay.exams.js';
import { contentId, courseId, type Person, publishedExam } from '../support/service.js';

// The test plants a string through each input about a learner. After the retirement no string is found anywhere.

const root = '/api/edx_proctoring/v1/proctored_exam';
const { strings, plant } = planter();

let service: ConnectedService;
beforeAll(async () => {
  service = await startConnectedService();
}, 120_000);
afterAll(() => service?.close(), 60_000);

/** Strings that are found in clear text until the retirement. All others are encrypted or not kept. */
const kept = [
  ...['username', 'e-mail', 'full name', 'group', 'mode', 'status of credit'],
  ...['verified name', 'another verified name', 'status of a verified name'],
  ...['content with a date', 'content with a schedule'],
  ...['user name of a stranger', 'e-mail of a stranger', 'name of a stranger'],
  ...['user name on the bus', 'e-mail on the bus', 'name on the bus', 'mode on the bus'],
  ...['allowance', 'key of an allowance', 'exception', 'one of many allowances', 'key of many allowances'],
  ...['exception in a course', 'unknown user of many', 'reason of an appeal', 'reason of an answer'],
  ...['message', `reason of extra time 1 ${learner}`],
  // Staff read these, and operators read why a review was refused. No answer has them after the retirement.
  ...['comment', 'status of a comment', 'reason of a rejection', 'reason of a verification'],
  ...['refused status', 'refused word'],
];

/** The last inputs from the roster, a token and the bus. */
let onRoster: object;
let ofToken: Person;
let onBus: object;
let exams: number[];
let attempts: Attempt[];

/** Everything that the service keeps and publishes, without the topics of the LMS and the topic with names for Open edX. */
async function everything() {
  const [reviewed] = await service.query(
    `select id from events where type = 'ReviewReceived' order by position limit 1`,
  );
  const values = {
    ...{ userId: `${learner}`, user_id: `${learner}`, examId: `${exams[0]}`, exam_id: `${exams[0]}` },
    ...{ courseId, course_id: courseId, contentId: contentId('rest'), content_id: contentId('rest') },
    ...{ attemptId: `${attempts[0]!.id}`, eventId: reviewed!.id, limit_minutes: '1' },
    ...{ externalId: attempts[0]!.external_id, is_learning_mfe: 'true', object: `user:${learner}` },
  };
  const { ask, database, brokers, prefix, topics } = service;
  const document = JSON.parse((await ask(undefined, 'GET', '/docs-json')).text);
  const answers = await answersOf(async (method, url) => (await ask(superuser, method, url)).text, document, values);
  const messages = await messagesIn(brokers, prefix, [...Object.values(topics), prefix + examAttemptTopic]);
  return new Map([
    ...answers,
    ...messages,
    ...(await rowsOf(database)),
    ...(await filesOf(database)),
    ['log', service.log()],
  ]);
}
const published = async () => {
  const [{ left }] =
    await service.query(`select count(*)::int as left from events where (generation, transaction_id, position) >
    (select generation, xid, position from checkpoints where name = 'kafka')`);
  return left === 0;
};
const hasDeadLetters = async (subscription: string) =>
  (await service.query(`select from dead_letters where follower = '${subscription}'`)).length > 0;

/** Whether the service has read a number of messages of a topic with one partition. */
async function isRead(topic: string, messages: number) {
  const groupId = `${service.prefix}exam-proctoring`;
  const [read] = await withAdmin(service.brokers, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  return Number(read!.partitions[0]!.offset) >= messages;
}

it('before the retirement exactly the kept strings are found', async () => {
  let locators = 0;
  const answer = plant('answer of a provider');
  service.provider.mood = ({ route }) => {
    if (route === 'POST /register') return { body: { ssiRecordLocator: `SSI-${++locators}` } };
    return route.startsWith('PATCH') ? { status: 400, text: answer } : undefined;
  };
  service.mail.faults.recipient = () => 550;
  onRoster = await plantInRoster(service, plant);
  const listed = ['rest', 'software_secure'].map((backend) => publishedExam(backend, { backend }));
  exams = (await service.done(superuser, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed)).map(
    ({ exam_id }: any) => exam_id,
  );
  await until(
    'the provider knows the exam',
    async () => (await service.query('select from exams where external_id is not null')).length > 0,
  );
  onBus = await plantOnBus(service, plant);
  const users = async () => (await service.query(`select from users where id in (${byBus})`)).length;
  await until('the bus is read', async () => (await users()) === 1);
  attempts = await submitAttempts(service, plant, exams, [bearer(plant, learner, 'a token')]);
  ofToken = bearer(plant, byToken, 'a stranger');
  await service.ask(ofToken, 'GET', `${root}/attempt`);
  await service.done(superuser, 'PUT', '/api/lms/v1/roster', {
    enrollments: [{ user: byToken, course_id: courseId, mode: 'verified' }],
  });
  await submitAttempts(service, plant, exams.slice(0, 1), [
    ofToken,
    { user_id: byBus, preferred_username: plant('user name of a third token') },
  ]);
  await plantInAllowances(service, plant, strings.username!, exams);
  await plantInReviews(service, plant, attempts);
  await plantInAppeals(service, plant, strings.username!, attempts[0]!);
  await plantInRequests(service, plant, attempts[0]!, exams[0]!);
  plantInCommands(service, plant);
  for (const subscription of ['mail', 'provider rest'])
    await until(`${subscription} has dead letters`, () => hasDeadLetters(subscription));
  await until('all is published', published);
  expect(Object.keys(strings).length).toBeGreaterThan(40);
  await service.query('analyze');
  const found = foundIn(await everything(), strings);
  expect(Object.keys(found).sort()).toEqual([...kept].sort());
}, 120_000);

const retireOverBus = (id: number) =>
  publishAsOpenEdx(
    service.kafka,
    service.registry,
    service.topics.retirements,
    'user.retirement.completed',
    'retirement',
    { user: { id } },
  );

it('after the retirement no string is found', async () => {
  await service.ask(superuser, 'POST', `/api/edx_proctoring/v1/retire_backend_user/${learner}/`);
  expect((await service.ask(superuser, 'POST', `/api/edx_proctoring/v1/retire_user/${learner}/`)).status).toBe(204);
  expect(service.cli(['retire-user', '--user', `${byToken}`])).toMatchObject({ status: 0 });
  await retireOverBus(byBus);
  await until(
    'all are retired',
    async () => (await service.query(`select from events where type = 'LearnerRetired'`)).length === 3,
  );
  await until('all is published', published);
  expect(foundIn(await everything(), strings)).toEqual({});
}, 120_000);

it('the dead letters of a retired learner have no other reason', async () => {
  const reasons = await service.query(
    `select distinct reason from dead_letters letter join events event on event.id = letter.event_id
      where event.metadata->>'userId' = '${learner}' and reason !~ '^waits for'`,
  );
  expect(reasons).toEqual([{ reason: 'its learner is retired' }]);
});

it('a command or a message does not retire an unknown id', async () => {
  expect(service.cli(['retire-user', '--user', '98'])).toMatchObject({ status: 0 });
  for (const id of [99, byBus]) await retireOverBus(id);
  await until('both messages are read', () => isRead(service.topics.retirements, 3));
  expect(await service.query(`select from events where type = 'LearnerRetired'`)).toHaveLength(3);
  const users = [98, 99].map((id) => ({ id, username: `new ${id}`, email: `new${id}@example.org` }));
  await service.done(superuser, 'PUT', '/api/lms/v1/roster', { users });
  expect(await service.query('select username from users where id in (98, 99) order by id')).toEqual([
    { username: 'new 98' },
    { username: 'new 99' },
  ]);
});

it('later inputs about a retired learner are not found either', async () => {
  await service.done(superuser, 'PUT', '/api/lms/v1/roster', onRoster);
  for (const person of [
    { ...ofToken, administrator: true },
    { ...ofToken, user_id: learner },
  ])
    expect((await service.ask(person, 'GET', `${root}/attempt`)).status).toBe(403);
  await publishAsOpenEdx(service.kafka, service.registry, service.topics.enrollments, enrolled, 'enrollment', onBus);
  const late = { exam_id: exams[0], user_info: learner, key: plant('late key'), value: plant('late allowance') };
  await service.done(superuser, 'PUT', `${root}/allowance`, late);
  const review = { status: 'passed', comments: [{ comment: plant('late comment'), status: 'passed' }] };
  await service.done(reviewer, 'POST', `${root}/attempt/${attempts[0]!.external_id}/reviewed`, review);
  const refused = { status: plant('late status') };
  await service.ask(reviewer, 'POST', `${root}/attempt/${attempts[0]!.external_id}/reviewed`, refused);
  await until('the bus is read', () => isRead(service.topics.enrollments, 4));
  await until('all is published', published);
  expect(foundIn(await everything(), strings)).toEqual({});
}, 120_000);

it('names remain only on the Open edX event bus, as the certificate says', async () => {
  const topic = await messagesIn(service.brokers, service.prefix + examAttemptTopic, []);
  const names = [
    'username',
    'e-mail',
    'full name',
    'user name of a stranger',
    'e-mail of a stranger',
    'name of a stranger',
  ];
  const onTheBus = ['user name on the bus', 'e-mail on the bus', 'name on the bus'];
  expect(Object.keys(foundIn(topic, strings)).sort()).toEqual([...names, ...onTheBus].sort());
  const { certificates } = await service.done(superuser, 'GET', `/api/audit/v1/erasures/${learner}`);
  const { remains } = certificates[0].certificate;
  expect(JSON.stringify(remains)).toContain(`${examAttemptTopic} of the Open edX event bus`);
  expect(JSON.stringify(remains)).toContain(`${topicSettingsOf(examAttemptTopic).retentionDays} days`);
});
