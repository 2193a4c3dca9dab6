import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { createApi } from '../../apps/api/src/api.js';
import { Clock } from '../../libs/clock/src/index.js';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
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

export const courseId = 'course-v1:OrgX+Demo+2031';
export const contentId = (name: string) => `block-v1:OrgX+Demo+2031+type@sequential+block@${name}`;

/** Opens the API on a fresh database, without subscriptions and without a port. */
export async function openService(environment: Record<string, string> = {}, fresh?: TestDatabase) {
  const database = fresh ?? (await openDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), 'proctoring-service-'));
  writeFileSync(join(dataDir, 'key-encryption-key'), keyEncryptionKey);
  const configuration = loadConfiguration({
    ...tokenSettings,
    DATA_DIR: dataDir,
    // The key file is read at its first use, when another service of this process may have removed its folder already.
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
    /** Moves the time of decisions by an interval from the real time. */
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

/** Opens a service in which alice takes an exam. `attempt` is the path of her attempt. */
export async function openRunningExam() {
  const service = await openService();
  const root = '/api/edx_proctoring/v1/proctored_exam';
  await service.request(people.staff, 'PUT', '/api/lms/v1/roster', roster);
  const url = `${root}/exam_registration/course_id/${courseId}`;
  const published = await service.request(people.staff, 'PATCH', url, [publishedExam('midterm')]);
  const body = { exam_id: published.body[0].exam_id, attempt_proctored: 'true', start_clock: 'true' };
  const created = await service.request(people.alice, 'POST', `${root}/attempt`, body);
  return { service, attempt: `${root}/attempt/${created.body.exam_attempt_id}` };
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
