import { jest } from '@jest/globals';
import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfiguration, signToken } from '#configuration';
import { Database } from '#connections';
import { Refusal } from '#domain';
import { ProviderRefused } from '#providers';
import { type Caller, type Claims, rosterParts, upsertRoster } from '#roster';
import { openDatabase } from '../../../test/support/database.js';
import { createApplication } from './api.js';
import { apiModule } from './api.module.js';
import { CurrentUser, Gate } from './auth/authentication.js';
import { HttpAnswer } from './http/http-answer.js';
import { Integer, Text } from './requests/fields.js';
import { validated } from './requests/validated.js';

const secret = 'a secret for tests only, long enough';
const demo = 'course-v1:OrgX+Demo+2024';
const other = 'course-v1:OrgX+Other+2024';

class Note {
  @Text() text: string;
  @Integer({ required: false, most: 1_000_000 }) count?: number;
}

/** One route for each kind of gate, body and answer. */
@Controller('api/try')
class TryController {
  constructor(private readonly database: Database) {}

  @Get('me')
  me(@CurrentUser() me: Caller) {
    return me;
  }

  @Get('staff')
  @Gate('staff', { scopes: ['try:staff'] })
  staff() {
    return { passed: true };
  }

  @Get('course/:courseId')
  @Gate('course')
  course(@Param('courseId') courseId: string) {
    return courseId;
  }

  @Put('course')
  @Gate('course')
  changeCourse() {}

  @Put('exams')
  @Gate('course', { courses: ({ body }) => body.courses as string[] })
  exams() {}

  @Post('note')
  note(@Body() body: unknown) {
    return validated(Note, body);
  }

  @Get('ignoring')
  ignoring() {
    return { ok: true };
  }

  @Post('open')
  @Gate('anyone')
  open() {
    return 'OK';
  }

  @Get('failing/:how')
  async failing(@Param('how') how: string) {
    if (how === 'refusal') throw new Refusal('exam_not_found', 'There is no such exam.');
    if (how === 'forbidden') throw new Refusal('exam_past_due_forbidden', 'Not yours.');
    if (how === 'provider') throw new ProviderRefused('test', 503, 'The provider is down.');
    if (how === 'provider-400') throw new ProviderRefused('test', 400, 'The provider refused.');
    if (how === 'empty') throw new HttpAnswer(403);
    if (how === 'text') throw new HttpAnswer(404, 'No such code.');
    if (how === 'nul') return await this.database.query('select $1::text', ['\0']);
    if (how === 'large') return await this.database.query('select $1::bigint', ['99999999999999999999']);
    throw new Error('secret internals');
  }
}

let database: Awaited<ReturnType<typeof openDatabase>>;
let app: NestFastifyApplication;
let lines: string[];

const configuration = { ...loadConfiguration({ LOG_LEVEL: 'warn' }), jwtSecret: secret };
const tokenOf = (claims: Claims) => signToken(secret, claims);
const people = {
  alice: { user_id: 2, preferred_username: 'alice', email: 'alice@example.org' },
  staff: { user_id: 1, preferred_username: 'staff', administrator: true },
};

async function ask(method: string, url: string, as?: Claims, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: { ...(as && { authorization: `JWT ${await tokenOf(as)}` }), ...headers },
    ...(body === undefined ? {} : { payload: body as object }),
  });
  return { status: answer.statusCode, body: answer.body, json: () => answer.json(), headers: answer.headers };
}

beforeAll(async () => {
  database = await openDatabase();
  const module = apiModule(configuration, database.urls.api);
  app = await createApplication({ ...module, controllers: [TryController] }, configuration);
  const described = {
    users: [
      { id: 1, username: 'staff', email: 'staff@example.org', is_staff: true },
      { id: 3, username: 'carol', email: 'carol@example.org', full_name: 'Carol', groups: ['test_review'] },
      { id: 4, username: 'gone', email: 'gone@example.org', is_active: false },
    ],
    course_staff: [{ user: 'carol', course_id: demo }],
  };
  await upsertRoster(database.pool, described, { parts: rosterParts, privilegedNames: [] });
});
afterAll(async () => {
  await app.close();
  await database.close();
});
beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
});
afterEach(() => jest.restoreAllMocks());

describe('a request', () => {
  it('needs a login, whatever its method', async () => {
    for (const method of ['GET', 'DELETE']) {
      const { status, json } = await ask(method, '/api/try/me');
      expect([status, json()]).toEqual([403, { detail: 'Authentication credentials were not provided.' }]);
    }
  });

  it('of an inactive user counts as one without a login', async () => {
    const { status, json } = await ask('GET', '/api/try/me', { user_id: 4 });
    expect([status, json()]).toEqual([403, { detail: 'Authentication credentials were not provided.' }]);
  });

  it('with a method that its path does not have is refused with the ones it has', async () => {
    const { status, json, headers } = await ask('DELETE', '/api/try/me', people.alice);
    expect([status, json()]).toEqual([405, { detail: 'Method "DELETE" not allowed.' }]);
    expect(headers.allow).toBe('GET, HEAD, OPTIONS');
    expect((await ask('GET', '/api/try/open')).status).toBe(405);
  });

  it('may ask for a description of a path', async () => {
    const { json } = await ask('OPTIONS', '/api/edx_proctoring/v1/proctored_exam/exam', people.alice);
    expect(json()).toEqual({
      name: 'exams',
      description: 'Create an exam\nChange an exam; absent and null fields stay as they are',
      renders: ['application/json'],
      parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    });
  });

  it('to an unknown path is not found, with or without a login', async () => {
    const { status, json } = await ask('GET', '/api/try/nothing');
    expect([status, json()]).toEqual([404, { detail: 'Not found.' }]);
  });

  it('may ask for the headers alone', async () => {
    const { status, body, headers } = await ask('HEAD', '/api/try/ignoring', people.alice);
    expect([status, body, headers['content-type']]).toEqual([200, '', 'application/json']);
  });

  it.each([
    ['text/html', 406],
    ['', 406],
    ['application/json;q=0.1', 200],
    ['text/html, */*', 200],
  ])('that accepts %j is answered %d', async (accept, expected) => {
    expect((await ask('GET', '/api/try/me', people.alice, undefined, { accept })).status).toBe(expected);
  });

  it('names its course in one piece or with slashes', async () => {
    for (const path of ['a/b/c', 'a%2Fb%2Fc', 'a+b/c'])
      expect((await ask('GET', `/api/edx_proctoring/v1/instructor/${path}`, people.staff)).status).toBeLessThan(500);
    expect((await ask('GET', `/api/try/course/${encodeURIComponent(demo)}`, people.staff)).json()).toBe(demo);
    expect((await ask('GET', '/api/try/course/abc', people.staff)).status).toBe(404);
  });
});

describe('a caller', () => {
  const me = async (claims: Claims) => (await ask('GET', '/api/try/me', claims)).json();

  it('is the user in the token, completed by the roster', async () => {
    expect(await me({ user_id: 3 })).toEqual({
      userId: 3,
      username: 'carol',
      email: 'carol@example.org',
      name: 'Carol',
      isStaff: false,
      isSuperuser: false,
      isActive: true,
      groups: ['test_review'],
      scopes: [],
    });
    expect(await me({ preferred_username: 'carol' })).toMatchObject({ userId: 3 });
  });

  it('is staff by the claim, and without a claim by the roster', async () => {
    expect(await me({ user_id: 1 })).toMatchObject({ isStaff: true });
    expect(await me({ user_id: 1, administrator: false })).toMatchObject({ isStaff: false });
    expect(await me({ user_id: 3, administrator: true })).toMatchObject({ isStaff: true });
  });

  it('gets into the roster by a token, and is never changed by one', async () => {
    await me({ user_id: 9, preferred_username: 'new', email: 'new@example.org', name: 'New' });
    await me({ user_id: 3, preferred_username: 'other', email: 'other@example.org' });
    const { rows } = await database.pool.query('select id, username, email, full_name from users where id in (3, 9)');
    expect(rows).toContainEqual({ id: '9', username: 'new', email: 'new@example.org', full_name: 'New' });
    expect(rows).toContainEqual({ id: '3', username: 'carol', email: 'carol@example.org', full_name: 'Carol' });
  });
});

describe('a gate', () => {
  const passes = async (...given: Parameters<typeof ask>) => (await ask(...given)).status === 200;

  it('for global staff lets in only them and tokens with the scope', async () => {
    expect(await passes('GET', '/api/try/staff', people.staff)).toBe(true);
    expect(await passes('GET', '/api/try/staff', { user_id: 2, scopes: ['try:staff'] })).toBe(true);
    const { status, json } = await ask('GET', '/api/try/staff', { user_id: 3, superuser: true });
    expect([status, json()]).toEqual([403, { detail: 'Must be a Staff User to Perform this request.' }]);
  });

  it("for a course lets in that course's staff: the path decides, the body only without one", async () => {
    const path = (course: string) => `/api/try/course/${encodeURIComponent(course)}`;
    expect(await passes('GET', path(demo), { user_id: 3 })).toBe(true);
    expect(await passes('GET', path(other), { user_id: 3 })).toBe(false);
    expect(await passes('GET', path(other), { user_id: 3 }, { course_id: demo })).toBe(false);
    expect(await passes('GET', path(other), people.staff)).toBe(true);
    expect(await passes('PUT', '/api/try/course', { user_id: 3 }, { course_id: demo })).toBe(true);
    const { status, json } = await ask('PUT', '/api/try/course', { user_id: 3 }, {});
    expect([status, json()]).toEqual([403, { detail: 'could not determine the course_id' }]);
  });

  it('for several courses asks for staff of each', async () => {
    expect(await passes('PUT', '/api/try/exams', { user_id: 3 }, { courses: [demo, demo] })).toBe(true);
    expect(await passes('PUT', '/api/try/exams', { user_id: 3 }, { courses: [demo, other] })).toBe(false);
    expect(await passes('PUT', '/api/try/exams', { user_id: 3 }, { courses: [] })).toBe(false);
  });

  it('may be open to anyone', async () => {
    const { status, body, headers } = await ask('POST', '/api/try/open', undefined, {}, { accept: 'text/html' });
    expect([status, body, headers['content-type']]).toEqual([200, '"OK"', 'application/json']);
  });
});

describe('a body', () => {
  const post = (body: string | Buffer, type = 'application/json') =>
    ask('POST', '/api/try/note', people.alice, body, { 'content-type': type });

  it.each([
    ['{"text": 5, "count": "12"}', 'application/json'],
    ['text=5&count=12', 'application/x-www-form-urlencoded'],
    [
      '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n5\r\n--x\r\nContent-Disposition: form-data; name="count"\r\n\r\n12\r\n--x--\r\n',
      'multipart/form-data; boundary=x',
    ],
  ])('may be JSON, a form, or multipart', async (body, type) => {
    expect((await post(body, type)).json()).toEqual({ text: '5', count: 12 });
  });

  it('that is empty has no fields, whatever its type', async () => {
    const { status, json } = await ask('POST', '/api/try/note', people.alice, '', { 'content-type': 'text/plain' });
    expect([status, json()]).toEqual([400, { text: ['This field is required.'] }]);
  });

  it('that cannot be read is refused once it is needed', async () => {
    expect((await post('{"text":')).json()).toEqual({ detail: expect.stringMatching(/^JSON parse error - /) });
    expect((await post('[NaN]')).status).toBe(400);
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).status).toBe(400);
    expect((await post('['.repeat(100_000) + ']'.repeat(100_000))).status).toBe(400);
    expect((await post('x', 'multipart/form-data')).status).toBe(400);
    const unsupported = await post('hello', 'text/plain');
    expect([unsupported.status, unsupported.json()]).toEqual([
      415,
      { detail: 'Unsupported media type "text/plain" in request.' },
    ]);
    const course = `/api/try/course/${encodeURIComponent(demo)}`;
    expect((await ask('GET', course, people.alice, '{', { 'content-type': 'application/json' })).status).toBe(400);
    expect((await ask('GET', '/api/try/ignoring', people.alice, '{', { 'content-type': 'text/x' })).status).toBe(200);
    expect((await ask('GET', '/api/try/staff', people.alice, '{', { 'content-type': 'text/x' })).status).toBe(403);
  });

  it('that is too large is refused', async () => {
    const { status, json } = await post(JSON.stringify({ text: 'x'.repeat(256 * 1024) }));
    expect([status, json()]).toEqual([413, { detail: expect.any(String) }]);
  });

  it.each([
    ['application/json', `[${Array(20_000).fill('{}')}]`, 'more than 13107 values'],
    ['application/x-www-form-urlencoded', 'a&'.repeat(1_001), 'more than 1000 fields'],
    ['multipart/form-data; boundary=b', '--b\r\nX: y\r\n\r\n\r\n'.repeat(1_001), 'more than 1000 fields'],
  ])('that has too many values is refused, as %s', async (type, text, why) => {
    const { status, json } = await post(text, type);
    expect([status, json()]).toEqual([400, { detail: expect.stringContaining(why) }]);
  });
});

describe('an error', () => {
  it.each([
    ['refusal', 400, '{"detail":"There is no such exam."}'],
    ['forbidden', 403, '{"detail":"Not yours."}'],
    ['provider', 503, '{"detail":"The provider is down.","provider":"test"}'],
    ['provider-400', 502, '{"detail":"The provider refused.","provider":"test"}'],
    ['empty', 403, ''],
    ['text', 404, '"No such code."'],
    ['nul', 400, '{"detail":"A text has a character that cannot be stored."}'],
    ['large', 400, '{"detail":"A number is out of range."}'],
  ])('of kind %s is answered %d with %s', async (how, status, body) => {
    const answer = await ask('GET', `/api/try/failing/${how}`, people.alice);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('that is unexpected is logged with the request, and answered without its internals', async () => {
    const { status, body, headers } = await ask('GET', '/api/try/failing/otherwise', people.alice);
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    const logged = JSON.parse(lines.find((line) => line.includes('secret internals'))!);
    expect(JSON.stringify(logged)).toContain(headers['x-request-id'] as string);
  });

  it('with a NUL in the URL is a bad request', async () => {
    expect((await ask('GET', '/api/try/me?name=a%00b', people.alice)).status).toBe(400);
  });
});

describe('the roster over HTTP', () => {
  it('is written by staff and by a token with the scope', async () => {
    const users = [{ id: 50, username: 'fifty', email: 'fifty@example.org' }];
    expect((await ask('PUT', '/api/lms/v1/roster', people.alice, { users })).status).toBe(403);
    for (const scope of ['roster:people', 'roster:write']) {
      const written = await ask('PUT', '/api/lms/v1/roster', { user_id: 2, scopes: [scope] }, { users });
      expect([written.status, written.json()]).toEqual([200, { users: 1 }]);
    }
    for (const scopes of [['xroster:people'], ['roster:peoples'], ['roster'], ['roster:*']])
      expect((await ask('PUT', '/api/lms/v1/roster', { user_id: 2, scopes }, { users })).status).toBe(403);
  });

  it('gives rights only by the scope of rights, or by a superuser', async () => {
    const users = [{ id: 2, username: 'alice', email: 'alice@example.org', is_superuser: true }];
    const put = async (claims: Claims) => (await ask('PUT', '/api/lms/v1/roster', claims, { users })).status;
    const refusal = { detail: 'To change is_superuser of user 2 in the roster takes the scope roster:rights.' };
    expect((await ask('PUT', '/api/lms/v1/roster', people.staff, { users })).json()).toEqual(refusal);
    for (const scope of ['roster:people', 'roster:write', 'roster:courses'])
      expect(await put({ user_id: 2, scopes: [scope] })).toBe(403);
    expect(await put({ user_id: 2, scopes: ['roster:people', 'roster:rights'] })).toBe(200);
    users[0].is_superuser = false;
    expect(await put({ ...people.staff, superuser: true })).toBe(200);
  });

  it('names what is invalid', async () => {
    const { status, json } = await ask('PUT', '/api/lms/v1/roster', people.staff, { users: [{ id: 'x' }] });
    expect(status).toBe(422);
    expect(json().errors[0]).toEqual({
      section: 'users',
      index: 0,
      field: 'id',
      message: expect.stringContaining('whole number'),
    });
  });

  it('takes effect on the next request', async () => {
    const carol = { id: 3, username: 'carol', email: 'carol@example.org' };
    const claims = { user_id: 3 };
    expect((await ask('GET', '/api/try/me', claims)).status).toBe(200);
    const registrar = { ...people.staff, scopes: ['roster:rights'] };
    await ask('PUT', '/api/lms/v1/roster', registrar, { users: [{ ...carol, is_active: false }] });
    expect((await ask('GET', '/api/try/me', claims)).status).toBe(403);
    await ask('PUT', '/api/lms/v1/roster', registrar, { users: [carol] });
  });
});

describe('the service', () => {
  it('has routes for health, metrics and documentation', async () => {
    expect((await ask('GET', '/health/live')).json()).toEqual({ status: 'ok' });
    expect((await ask('GET', '/health/ready')).json()).toMatchObject({ status: 'ok' });
    expect((await ask('GET', '/metrics')).body).toContain('http_request_duration_seconds_count');
    expect((await ask('GET', '/docs-json')).json().paths).toHaveProperty('/api/lms/v1/roster');
    expect((await ask('GET', '/docs')).status).toBe(200);
  });

  it('is not ready while a migration is missing', async () => {
    await database.owner.query("update migrations set name = 'renamed' || name where id = 1");
    expect((await ask('GET', '/health/ready')).status).toBe(503);
    await database.owner.query("update migrations set name = replace(name, 'renamed', '')");
  });
});
