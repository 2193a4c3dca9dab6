import { connect } from 'node:net';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import { Controller, Get, Put } from '@nestjs/common';
import { loadConfiguration, signToken } from '#configuration';
import { until } from '../../../../libs/event-store/src/testing.js';
import { openDatabase } from '../../../../test/support/database.js';
import { shared } from '../../../../test/support/hooks.js';
import { Wire } from '../../../../test/support/wire.js';
import { createApplication, startApi } from '../api.js';
import { apiModule } from '../api.module.js';
import { Gate } from '../auth/authentication.js';

const course = { course_id: 'course-v1:OrgX+Demo+2031', display_name: 'Demo', escalation_email: 'help@example.org' };
const secret = 'a secret for tests only, long enough';
const configuration = { ...loadConfiguration({ PORT: '0', LOG_LEVEL: 'error' }), jwtSecret: secret };

const database = shared(openDatabase);
// The errors that the service logs here are expected.
beforeEach(() => void jest.spyOn(process.stderr, 'write').mockReturnValue(true));
afterEach(() => jest.restoreAllMocks());

describe('the service', () => {
  it('answers 503 while the database is unreachable, and serves again afterwards', async () => {
    const wire = new Wire(new URL(database.url));
    const { url, close } = await startApi(configuration, await wire.open());
    const headers = { authorization: `JWT ${await signToken(secret, { user_id: 5, administrator: true })}` };
    const put = () => fetch(`${url}/api/lms/v1/roster`, { method: 'PUT', headers, body: '' });
    try {
      expect((await put()).status).toBe(200);
      wire.down();
      const answer = await put();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.json()).toEqual({ detail: expect.stringContaining('database') });
      expect((await fetch(`${url}/health/ready`)).status).toBe(503);
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      wire.mode = 'up';
      expect((await put()).status).toBe(200);
    } finally {
      await close();
      wire.close();
    }
  });

  it('answers a change within ten seconds though its work hangs, and says that its outcome is unknown', async () => {
    SlowController.work = () => new Promise(() => {});
    const module = apiModule(configuration, database.urls.api);
    const app = await createApplication({ ...module, controllers: [SlowController] }, configuration);
    await app.listen(0, '127.0.0.1');
    const begin = performance.now();
    const body = { method: 'PUT', body: '{}', headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${await app.getUrl()}/slow`, body);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toEqual({ detail: expect.stringContaining('Idempotency-Key') });
    expect(performance.now() - begin).toBeLessThan(10_000);
    await app.close();
  });

  it('neither logs nor counts a request whose client did not wait for the answer', async () => {
    let fail = (_: Error) => {};
    const begun = new Promise<void>((begin) => {
      SlowController.work = () => {
        begin();
        return new Promise((_, reject) => {
          fail = reject;
        });
      };
    });
    const written = jest.mocked(process.stderr.write);
    const module = apiModule(configuration, database.urls.api);
    const app = await createApplication({ ...module, controllers: [SlowController] }, configuration);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const leaving = new AbortController();
    const answer = fetch(`${url}/slow`, { signal: leaving.signal }).catch((error) => error.name);
    await begun;
    leaving.abort();
    expect(await answer).toBe('AbortError');
    const server = app.getHttpServer();
    const open = promisify(server.getConnections).bind(server);
    await until('the service noticed', async () => (await open()) === 0);
    fail(new Error('nobody waits for this'));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).not.toContain('route="/slow"');
    expect(written.mock.calls.join()).not.toContain('nobody waits for this');
    await app.close();
  });

  it('is not ready while the database refuses writes, and answers them with 503', async () => {
    const { url, close } = await startApi(configuration, database.urls.api);
    const headers = {
      'content-type': 'application/json',
      authorization: `JWT ${await signToken(secret, { user_id: 6, administrator: true })}`,
    };
    const put = () =>
      fetch(`${url}/api/lms/v1/roster`, { method: 'PUT', headers, body: JSON.stringify({ courses: [course] }) });
    const refuse = (table: string) =>
      `create trigger disk_is_full before insert on ${table} execute function disk_is_full()`;
    try {
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      await database.owner.query(`create function disk_is_full() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$`);
      for (const table of ['courses', 'commands']) await database.owner.query(refuse(table));
      const answer = await put();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      const ready = await fetch(`${url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([503, { status: expect.stringContaining('No space left') }]);
      await database.owner.query('drop function disk_is_full cascade');
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
      expect((await put()).status).toBe(200);
    } finally {
      await close();
    }
  });

  it('finishes what it has begun before it ends', async () => {
    let finish = () => {};
    const begun = new Promise<void>((begin) => {
      SlowController.work = () => {
        begin();
        return new Promise((done) => {
          finish = () => done('finished');
        });
      };
    });
    const module = apiModule(configuration, database.urls.api);
    const app = await createApplication({ ...module, controllers: [SlowController] }, configuration);
    await app.listen(0, '127.0.0.1');
    const answer = fetch(`${await app.getUrl()}/slow`);
    await begun;
    const ended = app.close();
    finish();
    expect(await (await answer).json()).toBe('finished');
    await ended;
  });
});

@Controller('slow')
class SlowController {
  static work: () => Promise<string>;

  @Put()
  @Gate('anyone')
  change() {
    return SlowController.work();
  }

  @Get()
  @Gate('anyone')
  slow() {
    return SlowController.work();
  }
}

describe('a path that the router cannot read', () => {
  let server: Awaited<ReturnType<typeof startApi>>;
  beforeAll(async () => {
    server = await startApi(configuration, database.urls.api);
  });
  afterAll(() => server.close());

  /** Sends the path as it is, which no client library would do. */
  async function answerTo(path: string) {
    const authorization = `JWT ${await signToken(secret, { user_id: 5, administrator: true })}`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(
      Buffer.from(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${authorization}\r\n\r\n`,
        'latin1',
      ),
    );
    const [head, body = ''] = Buffer.concat(await socket.toArray())
      .toString()
      .split('\r\n\r\n');
    return [Number(head!.split(' ')[1]), body.startsWith('{') || body.startsWith('[') ? JSON.parse(body) : body];
  }
  const root = '/api/edx_proctoring/v1/proctored_exam';
  const course = 'course_id/course-v1:OrgX+Demo+2024';
  const notFound = [404, { detail: 'Not found.' }];

  it.each([
    `${root}/attempt/%zz`,
    `${root}/attempt/%`,
    `${root}/attempt/%ff`,
    `${root}/attempt/%00`,
    `${root}/attempt/1%2F2`,
    `${root}/exam/${course}/content_id/%zz`,
    `${root}/exam/${course}/content_id/a%2Fb`,
    '/%zz',
    '/%ff',
    '/docs%zz',
  ])('is not found: %s', async (path) => expect(await answerTo(path)).toEqual(notFound));

  it.each([
    [`${root}/exam/course_id/a+b+c%zz`, []],
    [`${root}/exam/course_id/a+b+c%ff`, []],
    ['/api/edx_proctoring%2Fv1/proctored_exam/attempt', { in_timed_exam: false, is_proctored: false }],
  ])('may be the path of an object: %s', async (path, body) => expect(await answerTo(path)).toEqual([200, body]));

  it.each(['\0', '\xe9', 'a b'])('is refused in the shape of all errors if it is not HTTP: %j', async (text) =>
    expect(await answerTo(`${root}/attempt/${text}`)).toEqual([400, { detail: 'This is no HTTP request.' }]),
  );

  it('is refused in that shape if it is too long, too', async () => {
    expect(await answerTo(`/${'x'.repeat(20_000)}`)).toEqual([431, { detail: 'The header is too large.' }]);
    expect(await answerTo(`${root}/${'x'.repeat(6_000)}/allowance`)).toEqual([
      414,
      { detail: 'The path is too long.' },
    ]);
  });
});
