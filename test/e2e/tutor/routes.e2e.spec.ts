import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../conformance/child.js';
import { about, platforms } from './platform.js';

const [full, plain] = platforms();

about('the routes of the platform', () => {
  const hosts = ['learn.example.org', 'exams.learn.example.org', 'studio.learn.example.org'];
  const folder = mkdtempSync(join(tmpdir(), 'proctoring-caddy-'));
  const upstreams = ['exams', 'lms', 'cms'].map((name) => ({
    name,
    server: createServer(({ url, headers }, response) => response.end(JSON.stringify({ name, url, headers }))),
  }));
  let caddy: ChildProcess;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const here = `{\nadmin off\nauto_https off\nhttp_port ${port}\ndefault_bind 127.0.0.1`;
    let file = plain.read('apps/caddy/Caddyfile').replace('{', here);
    for (const { name, server } of upstreams) {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      file = file.replaceAll(new RegExp(`\\b${name}:\\d+`, 'g'), `127.0.0.1:${(server.address() as AddressInfo).port}`);
    }
    writeFileSync(join(folder, 'Caddyfile'), file);
    caddy = spawn(plain.caddy, ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')], {
      env: { ...process.env, default_site_port: `:${port}`, HOME: folder },
      stdio: 'ignore',
    });
    await answered('learn.example.org', '/');
  });
  afterAll(async () => {
    caddy?.kill();
    if (caddy?.exitCode === null) await once(caddy, 'exit');
    for (const { server } of upstreams) server.close();
    rmSync(folder, { recursive: true });
  });

  /** The answer of an upstream to a request, as soon as Caddy runs. */
  async function answered(host: string, path: string): Promise<any> {
    for (;;) {
      const sent = request({ port, host: '127.0.0.1', path, headers: { host, 'x-forwarded-for': '192.0.2.7' } }).end();
      const [answer] = await once(sent, 'response').catch(() => []);
      if (answer) return json(answer);
      if (caddy.exitCode !== null) throw new Error('Caddy has ended');
      await pause(50);
    }
  }

  it('are valid for Caddy, with TLS and without', () => {
    for (const platform of [full, plain]) {
      const file = platform.file('apps/caddy/Caddyfile');
      const env = { ...process.env, default_site_port: platform === full ? '' : ':80', HOME: folder };
      const args = ['validate', '--adapter', 'caddyfile', '--config', file];
      const { status, stdout, stderr } = spawnSync(platform.caddy, args, { env, encoding: 'utf8' });
      expect(`${status}: ${stdout}${stderr}`).toMatch(/^0: .*Valid configuration/s);
    }
  });

  const course = '/api/instructor/v2/courses/course-v1:OrgX+Demo+2031';
  it.each([
    '/api/edx_proctoring/v1/proctored_exam/attempt',
    '/api/exams/v1/me/attempts',
    '/exam-worker/index.js',
    '/exam-pages/page.js',
    '/exams/course-v1:OrgX+Demo+2031/block-v1:a',
    `${course}/special_exams`,
    `${course}/special_exams?exam_type=timed`,
    `${course}/special_exams/allowances`,
    `${course}/special_exams/attempts?page=2`,
    `${course}/special_exams/7`,
    `${course}/special_exams/7/reset/alice@example.org`,
    `${course}/special_exams/7/attempts`,
    `${course}/special_exams/7/allowance`,
    `${course}/proctoring_settings`,
    '/api/instructor/v2/courses/course-v1%3AOrgX%2BDemo%2B2031/special_exams',
    '/api/instructor/v2/courses/OrgX/Demo/2031/special_exams/7',
  ])('of the LMS lead %s to the service, unchanged', async (path) =>
    expect(await answered('learn.example.org', path)).toMatchObject({ name: 'exams', url: path }),
  );

  it.each([
    '/',
    '/api/instructor/v2/courses/course-v1:OrgX+Demo+2031',
    `${course}/learners/alice`,
    `${course}/special_exams/`,
    `${course}/special_exams/x`,
    `${course}/special_exams/7/reset`,
    `${course}/proctoring_settings/more`,
    '/api/edx_proctoring_more',
    '/examsort',
    '/csrf/api/v1/token',
    '/courses/course-v1:OrgX+Demo+2031/exams/',
  ])('of the LMS leave %s to the LMS', async (path) =>
    expect(await answered('learn.example.org', path)).toMatchObject({ name: 'lms', url: path }),
  );

  it.each(['/', '/api/v1/exams/attempt/latest', '/lti/start_proctoring/7', '/csrf/api/v1/token', '/console'])(
    'of the exams host lead %s to the service',
    async (path) => expect(await answered('exams.learn.example.org', path)).toMatchObject({ name: 'exams', url: path }),
  );

  it("replace the caller's own X-Forwarded-For", async () => {
    for (const host of hosts)
      expect((await answered(host, '/')).headers).toHaveProperty('x-forwarded-for', '127.0.0.1');
  });
});
