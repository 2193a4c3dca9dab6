import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandBus } from '@nestjs/cqrs';
import { SignJWT } from 'jose';
import { createApi } from '../../apps/api/src/api.js';
import { Clock } from '../../libs/clock/src/index.js';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
import { Delivery, type DeliveryOptions } from '../../libs/delivery/src/index.js';
import { EventStore } from '../../libs/event-store/src/index.js';
import { providerOf } from '../../libs/providers/src/index.js';
import { openDatabase, type TestDatabase } from './database.js';
import { keyEncryptionKey } from './split-roles.js';

export const secret = 'a secret of the tests, long enough for HS256';
const claims = { audience: 'exam-proctoring', issuer: 'https://lms.example.org' };
/** The settings with which the service accepts tokens of `tokenOf`. */
export const tokenSettings = { JWT_SECRET: secret, JWT_AUDIENCE: claims.audience, JWT_ISSUER: claims.issuer };

export type Person = {
  user_id: number;
  preferred_username: string;
  administrator?: boolean;
  superuser?: boolean;
  roles?: string[];
  scopes?: string[];
};

export const people = {
  staff: { user_id: 1, preferred_username: 'staff', administrator: true, scopes: ['roster:rights'] },
  alice: { user_id: 2, preferred_username: 'alice' },
  bob: { user_id: 3, preferred_username: 'bob' },
  teacher: { user_id: 4, preferred_username: 'teacher' },
  reviewer: { user_id: 5, preferred_username: 'reviewer', roles: ['test_review'] },
} satisfies Record<string, Person>;

export const tokenOf = (person: Person) =>
  new SignJWT({ email: `${person.preferred_username}@example.org`, name: person.preferred_username, ...person })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .setAudience(claims.audience)
    .setIssuer(claims.issuer)
    .sign(new TextEncoder().encode(secret));

/** The cookies in which the LMS keeps a token in a browser. */
export function cookiesOf(token: string) {
  const [header, payload, signature] = token.split('.');
  return { 'edx-jwt-cookie-header-payload': `${header}.${payload}`, 'edx-jwt-cookie-signature': signature! };
}

export const root = '/api/edx_proctoring/v1/proctored_exam';
export const courseId = 'course-v1:OrgX+Demo+2031';
export const contentId = (name: string) => `block-v1:OrgX+Demo+2031+type@sequential+block@${name}`;

/** Opens the API without subscriptions and without a port; on a fresh database, if none is given. */
export async function openService(
  environment: Record<string, string> = {},
  given: { database?: TestDatabase; settings?: object } = {},
) {
  const database = given.database ?? (await openDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), 'proctoring-service-'));
  writeFileSync(join(dataDir, 'key-encryption-key'), keyEncryptionKey);
  const PROCTORING_CONFIG = join(dataDir, 'settings.json');
  writeFileSync(PROCTORING_CONFIG, JSON.stringify(given.settings ?? {}));
  const configuration = loadConfiguration({
    ...tokenSettings,
    DATA_DIR: dataDir,
    PROCTORING_CONFIG,
    // The key is read when it is first used, and another service of this process may have ended with its folder by then.
    KEY_ENCRYPTION_KEYS: `data-dir:${keyEncryptionKey}`,
    LOG_LEVEL: 'error',
    ...environment,
  });
  // A test sends more requests from one address than any real client. Its own settings win.
  const rateLimits = { ANONYMOUS: { requests: 1_000_000, seconds: 1 }, ...configuration.settings.rateLimits };
  const settings = { ...configuration.settings, rateLimits };
  const app = await createApi({ ...configuration, settings }, database.urls.api);

  const request = async (person: Person | undefined, method: string, url: string, body?: unknown, headers = {}) => {
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(person ? { authorization: `JWT ${await tokenOf(person)}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      payload: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
    });
    const isJson = String(answer.headers['content-type'] ?? '').startsWith('application/json');
    return {
      status: answer.statusCode,
      body: isJson && answer.body ? answer.json() : answer.body,
      headers: answer.headers,
    };
  };

  return {
    app,
    configuration,
    database,
    request,
    /** Rows, read as the owner of the tables. */
    query: async (text: string, values?: unknown[]): Promise<any[]> => (await database.owner.query(text, values)).rows,
    /** Publishes these exams of the course, and no others. Answers their ids by name. */
    async publish(exams: Record<string, object>): Promise<Record<string, number>> {
      const listed = Object.entries(exams).map(([name, more]) => publishedExam(name, more));
      const { body } = await request(people.staff, 'PATCH', `${root}/exam_registration/course_id/${courseId}`, listed);
      return Object.fromEntries(Object.keys(exams).map((name, index) => [name, body[index].exam_id]));
    },
    /** The id of a new attempt. */
    async createAttempt(person: Person, examId: number, more: object = {}): Promise<number> {
      const asked = { exam_id: examId, attempt_proctored: 'true', ...more };
      return (await request(person, 'POST', `${root}/attempt`, asked)).body.exam_attempt_id;
    },
    /** Moves the time of decisions by an interval from the real one. */
    async moveClock(by: string) {
      await database.moveClock(by);
      await app.get(Clock).synchronize();
    },
    async close() {
      await app.close();
      await database.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}

export type Service = Awaited<ReturnType<typeof openService>>;

/** The service with its roster and a course with these exams. `exams` are their ids by name. */
export async function openCourse(
  exams: Record<string, object>,
  given: Parameters<typeof openService>[1] & { environment?: Record<string, string>; roster?: object } = {},
) {
  const service = await openService(given.environment, given);
  const { status, body } = await service.request(people.staff, 'PUT', '/api/lms/v1/roster', given.roster ?? roster);
  if (status !== 200) throw new Error(`The roster was refused: ${JSON.stringify(body)}`);
  return { ...service, exams: await service.publish(exams) };
}

/** Sends this provider of the service its notifications. */
export const deliveryOf = (
  { app, configuration, database }: Service,
  provider: string,
  options: DeliveryOptions = {},
) =>
  new Delivery(
    providerOf(configuration.settings, provider),
    {
      database: database.pool,
      configuration,
      events: app.get(EventStore),
      commands: app.get(CommandBus),
      clock: app.get(Clock),
    },
    { pollMs: 5, ...options },
  );

/** A service in which alice takes an exam. `attempt` is the path of her attempt. */
export async function openRunningExam() {
  const service = await openCourse({ midterm: {} });
  const id = await service.createAttempt(people.alice, service.exams.midterm, { start_clock: 'true' });
  return { ...service, attempt: `${root}/attempt/${id}` };
}

export const roster = {
  users: Object.values(people).map(({ user_id, preferred_username, ...more }) => ({
    id: user_id,
    username: preferred_username,
    email: `${preferred_username}@example.org`,
    full_name: preferred_username,
    is_staff: 'administrator' in more,
  })),
  courses: [{ course_id: courseId, display_name: 'Demo', escalation_email: 'help@example.org' }],
  enrollments: [
    { user: 'alice', course_id: courseId, mode: 'verified' },
    { user: 'bob', course_id: courseId, mode: 'verified' },
  ],
  course_staff: [{ user: 'teacher', course_id: courseId }],
};

export const publishedExam = (name: string, more: object = {}) => ({
  course_id: courseId,
  content_id: contentId(name),
  exam_name: name,
  time_limit_mins: 30,
  is_proctored: true,
  is_practice_exam: false,
  is_active: true,
  hide_after_due: false,
  ...more,
});
