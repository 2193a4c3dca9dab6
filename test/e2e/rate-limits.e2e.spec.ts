import { createApi } from '../../apps/api/src/api.js';
import { networkOf } from '../../apps/api/src/http/rate-limits.js';
import { shared } from '../support/hooks.js';
import { openCourse, people } from '../support/service.js';

const { alice, bob } = people;
const attempts = '/api/edx_proctoring/v1/proctored_exam/attempt';
const launch = '/api/edx_proctoring/proctoring_launch_callback/start_exam/unknown';
const service = shared(() =>
  openCourse(
    {},
    {
      environment: { TRUSTED_PROXIES: '127.0.0.0/8' },
      settings: { RATE_LIMITS: { ANONYMOUS: { requests: 3, seconds: 600 } } },
    },
  ),
);

const from = (address: string) => ({ 'x-forwarded-for': address });
async function statuses(...requests: [url: string, headers?: object][]) {
  const answers: number[] = [];
  for (const [url, headers = {}] of requests)
    answers.push((await service.request(undefined, 'GET', url, undefined, headers)).status);
  return answers;
}

it('an address with failed logins is refused, and users who log in from there are served', async () => {
  const guess = { ...from('192.0.2.1'), authorization: 'JWT e30.e30.e30' };
  expect(await statuses(...Array(5).fill([attempts, guess]))).toEqual([403, 403, 403, 429, 429]);
  for (let index = 0; index < 10; index++)
    expect((await service.request(alice, 'GET', attempts, undefined, from('192.0.2.1'))).status).toBe(200);
});

it('a login that fails because of the database does not count', async () => {
  const there = from('192.0.2.9');
  const asBob = () => service.request(bob, 'GET', attempts, undefined, there);
  await service.database.owner.query('alter table users rename to users_away');
  const answers = [];
  for (let index = 0; index < 5; index++) answers.push((await asBob()).status);
  await service.database.owner.query('alter table users_away rename to users');
  expect(answers).toEqual(Array(5).fill(500));
  expect((await asBob()).status).toBe(200);
});

it('another encoding of a path does not evade the limit', async () => {
  const there = from('192.0.2.2');
  const encoded = launch.replace('/api/', '/%61pi/');
  const mixed = launch.replace('/api/edx_proctoring', '/api%2Fedx_proctorin%67');
  expect(await statuses([launch, there], [encoded, there], [mixed, there], [encoded, there], [mixed, there])).toEqual([
    404, 404, 404, 429, 429,
  ]);
});

it('requests without a login, failed logins and unknown paths count together', async () => {
  const there = from('192.0.2.3');
  const requests = ['/nowhere', '/csrf/api/v1/token', attempts, launch].map((url): [string, object] => [url, there]);
  expect(await statuses(...requests)).toEqual([404, 200, 403, 429]);
});

it('the nearest address that is not a proxy counts, and an IPv6 network counts as one client', async () => {
  const forged = (index: number) => from(`203.0.113.${index}, 192.0.2.4, 127.0.0.9`);
  expect(await statuses(...[1, 2, 3, 4].map((index): [string, object] => [launch, forged(index)]))).toEqual([
    404, 404, 404, 429,
  ]);
  const near = (index: number) => from(`2001:db8:0:1::${index}`);
  expect(await statuses(...[1, 2, 3, 4].map((index): [string, object] => [launch, near(index)]))).toEqual([
    404, 404, 404, 429,
  ]);
  expect(['::ffff:192.0.2.1', '2001:db8::1', '2001:0db8:0:0:5::1', '::1'].map(networkOf)).toEqual([
    '192.0.2.1',
    '2001:db8:0:0::/64',
    '2001:db8:0:0::/64',
    '0:0:0:0::/64',
  ]);
});

it('addresses have a limit by default, and a forged header does not evade it', async () => {
  const settings = { ...service.configuration.settings, rateLimits: {} };
  const app = await createApi({ ...service.configuration, settings, trustedProxies: [] }, service.database.urls.api);
  const ask = async (index: number) =>
    (await app.inject({ url: '/nowhere', headers: from(`198.51.100.${index % 250}`) })).statusCode;
  for (let index = 0; index < 1_200; index++) if ((await ask(index)) !== 404) throw new Error(`${index} was refused`);
  expect(await ask(1_200)).toBe(429);
  await app.close();
});
