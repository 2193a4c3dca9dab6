import { shared } from '../support/hooks.js';
import { openCourse, people, root } from '../support/service.js';

const { alice, bob, teacher } = people;

const rateLimits = { bob: { requests: 2, seconds: 600 }, '127.0.0.1': { requests: 1, seconds: 600 } };

const service = shared(() => openCourse({ quiz: { is_proctored: false } }, { settings: { RATE_LIMITS: rateLimits } }));
let poll: string;
beforeAll(async () => {
  const asked = { attempt_proctored: 'false' };
  poll = `${root}/attempt/${await service.createAttempt(alice, service.exams.quiz, asked)}`;
});

const read = (headers = {}) => service.request(alice, 'GET', poll, undefined, headers);

describe('a client that polls', () => {
  it('gets 304 until something changes', async () => {
    const { headers } = await read();
    expect(headers['cache-control']).toBe('private, no-cache');
    const known = { 'If-None-Match': `"another", W/${headers.etag}` };
    const unchanged = await read(known);
    expect(unchanged).toMatchObject({ status: 304, body: '', headers: { etag: headers.etag } });
    expect(unchanged.headers).not.toHaveProperty('content-type');
    await service.request(alice, 'PUT', poll, { action: 'start' });
    expect(await read(known)).toMatchObject({ status: 200, body: { status: 'started' } });
  });

  it('gets the remaining time of a running exam each time', async () => {
    const { headers } = await read();
    expect(await read({ 'If-None-Match': headers.etag })).toMatchObject({ status: 200, body: { status: 'started' } });
  });

  it('is refused without a right to read, even with a known ETag', async () => {
    const { headers } = await read();
    expect(await service.request(teacher, 'GET', poll, undefined, { 'If-None-Match': headers.etag })).toMatchObject({
      status: 403,
    });
  });
});

describe('a client with too many requests', () => {
  it('gets 429 with Retry-After, while others are served', async () => {
    const ask = () => service.request(bob, 'GET', `${root}/attempt`);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    const third = await ask();
    expect(third.status).toBe(429);
    expect(third.body.detail).toMatch(/^Request was throttled. Expected available in \d+ seconds\.$/);
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(500);
    for (const _ of [1, 2, 3]) expect((await read()).status).toBe(200);
  });

  it('is identified by its address if it is not logged in', async () => {
    const launch = () =>
      service.request(undefined, 'GET', '/api/edx_proctoring/proctoring_launch_callback/start_exam/unknown');
    expect((await launch()).status).toBe(404);
    expect((await launch()).status).toBe(429);
    expect((await service.request(undefined, 'GET', '/health/live')).status).toBe(200);
  });
});
