import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Clock } from '../../../libs/clock/src/index.js';
import { startPostgres } from '../../../libs/configuration/src/embedded-postgres.js';
import { courseId, openService, publishedExam, root } from '../../support/service.js';
import { send } from './client.js';
import { operator, tokenOf } from './lms-tokens.js';
import type { Change, Exchange, Person, Story } from './stories.js';
import { newPrivateKey, publicKeyOf } from './tools.js';
import { base } from './variables.js';

/** Starts the PostgreSQL server in which each story gets a database of its own. */
export async function startDatabases(dir: string): Promise<void> {
  const dataDir = join(dir, 'postgres');
  mkdirSync(dataDir, { recursive: true });
  const { url } = await startPostgres({ dataDir, settings: { fsync: 'off', max_prepared_transactions: '5' } });
  process.env.TEST_DATABASE_URL = url;
}

const uuids = {
  one: '11111111-1111-4111-8111-111111111111',
  two: '22222222-2222-4222-8222-222222222222',
  broken: '99999999-9999-4999-8999-999999999999',
};

const tool = async (id: number, uuid: string, host: string, client: string, signer: string) => ({
  provider: 'lti',
  lti_id: id,
  lti_uuid: uuid,
  client_id: client,
  login_url: `https://${host}/oidc`,
  launch_url: `https://${host}/launch`,
  tool_key: await publicKeyOf(signer),
  platform_key: await newPrivateKey(),
  control_actions: ['terminate'], // the original offers no other action
});

/** The settings that the recordings were made with. Our settings refuse a broken provider, so it has a tool that nobody runs. */
const settings = {
  PLATFORM_NAME: 'Example Platform',
  LEARNING_MICROFRONTEND_URL: 'https://learning.example.com',
  LMS_ROOT_URL: 'https://lms.example.com',
  DEFAULT_FROM_EMAIL: 'no-reply@example.com',
  PROCTORING_BACKENDS: {
    DEFAULT: 'test',
    test: {},
    lti_one: {
      ...(await tool(1, uuids.one, 'tool.example.com', 'tool-one-client', 'tool')),
      verbose_name: 'LTI One',
      tech_support_phone: '+1 555 0100',
      tech_support_email: 'help@one.example.com',
      tech_support_url: 'https://one.example.com/help',
    },
    lti_two: {
      ...(await tool(2, uuids.two, 'tool2.example.com', 'tool-two-client', 'tool2')),
      verbose_name: 'LTI Two',
      org: 'OrgB',
    },
    broken: {
      ...(await tool(999, uuids.broken, 'nobody.example.com', 'broken-client', 'other')),
      verbose_name: 'Broken',
    },
  },
};

/** Opens the service on a database of its own, with the people of a story. */
export async function startService(story: Story) {
  const environment = {
    PUBLIC_URL: base,
    CORS_ORIGINS: 'https://learning.example.com',
    TRUSTED_PROXIES: '127.0.0.1',
  };
  const service = await openService(environment, { settings });
  const listening = service.app.listen(0, '127.0.0.1');
  await listening;
  const { port } = service.app.getHttpServer().address() as AddressInfo;
  const as = async (person: Person, at: string, method: string, path: string, body: object) => {
    const headers = { Authorization: `JWT ${await tokenOf(person, at)}`, 'Content-Type': 'application/json' };
    const reply = await send(port, method, path, headers, JSON.stringify(body));
    if (reply.status !== 200) throw new Error(`${method} ${path} was refused: ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const personOf = (name: string) => story.users.find((each) => each.name === name)!;
  const writeRoster = (roster: object, at: string) => as(operator, at, 'PUT', '/api/lms/v1/roster', roster);
  /** Starts an attempt in a course without an LTI provider, by the surface of edx-proctoring. */
  const startElsewhere = async (person: Person, at: string) => {
    const exam = publishedExam('old', { is_proctored: false });
    const listed = await as(operator, at, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, [exam]);
    const asked = { exam_id: listed[0].exam_id, attempt_proctored: 'false', start_clock: 'true' };
    await as(person, at, 'POST', `${root}/attempt`, asked);
  };
  const setTime = async (at: string) => {
    await service.database.stopClock(at);
    await service.app.get(Clock).synchronize();
  };
  const keyIdOf = async (uuid: string) =>
    (await send(port, 'GET', `/lti/lti_consumer/v1/public_keysets/${uuid}`, {})).body.keys[0].kid;
  const [first] = story.exchanges as [Exchange];
  await setTime(first.at);
  await writeRoster(rosterOf(story), first.at);
  return {
    ...service,
    port,
    given: {
      ...{ 'config.one': uuids.one, 'config.two': uuids.two },
      ...{ 'config.one_kid': await keyIdOf(uuids.one), 'config.two_kid': await keyIdOf(uuids.two) },
    },
    /** Stops the clock of decisions at a time of the story. */
    setTime,
    /** Does the changes from outside that the stories name. */
    async change({ do: what, at }: Change) {
      if (!what.includes('role staff of staff was removed'))
        return startElsewhere(personOf(what.includes('bob') ? 'bob' : 'amy'), at);
      const removed = { course_staff: [{ user: personOf('staff').username, course_id: story.course }] };
      await writeRoster({ removed }, at);
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

/** All people of the story are in its course: the service knows learners of courses only. */
function rosterOf({ course, users }: Story) {
  const known = users.filter(({ known_before }) => known_before);
  return {
    users: known.map(({ user_id, username, email, administrator }) => ({
      ...{ id: user_id, username, email, full_name: '' },
      is_staff: administrator,
    })),
    courses: [{ course_id: course, display_name: 'The course' }],
    enrollments: known.map(({ username }) => ({ user: username, course_id: course, mode: 'verified' })),
    course_staff: known
      .filter(({ course_role }) => course_role !== null && course_role !== 'data_researcher')
      .map(({ username, course_role, course_role_in }) => ({
        ...{ user: username, course_id: course_role_in, role: course_role },
      })),
  };
}
