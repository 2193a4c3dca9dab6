import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi } from '../../apps/api/src/api.js';
import { loadConfiguration } from '../../libs/configuration/src/index.js';
import { shared } from '../support/hooks.js';
import { contentId, courseId, openCourse, openService, people, root, tokenSettings } from '../support/service.js';

const { staff, alice } = people;
const origin = 'https://apps.example.org';

const service = shared(() => openCourse({ midterm: {} }, { environment: { CORS_ORIGINS: origin } }));
let attemptId: number;
beforeAll(async () => {
  attemptId = await service.createAttempt(alice, service.exams.midterm);
});

const preflight = (url: string, from: string) =>
  service.request(undefined, 'OPTIONS', url, undefined, {
    origin: from,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'use-jwt-cookie,x-csrftoken',
  });

describe('a preflight', () => {
  it.each([`${root}/attempt`, '/csrf/api/v1/token', '/api/lms/v1/roster', '/nowhere'])(
    'of a configured origin is answered without a login, at %s',
    async (url) => {
      const { status, headers, body } = await preflight(url, origin);
      expect([status, body]).toEqual([200, '']);
      expect(headers).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': expect.stringContaining('X-CSRFToken'),
        vary: 'Origin',
      });
    },
  );

  it.each(['https://evil.example.org', 'https://apps.example.org.evil.org', 'null', 'http://apps.example.org'])(
    'of %s is answered like any other request',
    async (from) => {
      const { status, headers } = await preflight(`${root}/attempt`, from);
      expect(status).toBe(403);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers.vary).toBe('Origin');
    },
  );
});

it('an error can be read by a page of a configured origin, too', async () => {
  const { status, headers } = await service.request(undefined, 'GET', `${root}/attempt`, undefined, { origin });
  expect([status, headers['access-control-allow-origin']]).toEqual([403, origin]);
});

describe('a token for changes', () => {
  const token = (cookie?: string) =>
    service.request(undefined, 'GET', '/csrf/api/v1/token', undefined, cookie ? { cookie } : {});

  it('comes with a cookie', async () => {
    const { status, body, headers } = await token();
    expect([status, body]).toEqual([200, { csrfToken: expect.stringMatching(/^[a-zA-Z0-9]{64}$/) }]);
    const [one, other] = headers['set-cookie'] as unknown as string[];
    expect(one).toMatch(/^csrftoken=[a-zA-Z0-9]{32}; Path=\/; Max-Age=\d+; SameSite=Lax; Secure$/);
    expect(other).toBe(`edx_exams_${one}`);
    expect(headers['cache-control']).toBe('no-store');
  });

  it('belongs to the cookie that the browser sends, and has another mask each time', async () => {
    const secret = `${'aB3'.repeat(10)}xy`;
    const cookie = `csrftoken=${secret}; edx_exams_csrftoken=${secret}`;
    const [first, second] = [await token(cookie), await token(cookie)];
    expect(first.headers).not.toHaveProperty('set-cookie');
    expect(first.body.csrfToken).not.toBe(second.body.csrfToken);
    expect((await token('csrftoken=malformed')).headers).toHaveProperty('set-cookie');
    const { headers } = await token(`csrftoken=${secret}`);
    expect(headers['set-cookie']).toMatch(`edx_exams_csrftoken=${secret};`);
  });
});

describe('browsers are told', () => {
  const answers: [string, string, object | undefined][] = [
    ['an answer', '/health/live', undefined],
    ['a refusal', `${root}/attempt`, undefined],
    ['an unknown path', '/nowhere', undefined],
    ['HTML', '/api/edx_proctoring/proctoring_launch_callback/start_exam/nobody', undefined],
  ];
  it.each(answers)('not to guess the type of %s, not to show it in a frame, and not to run it', async (_, url) => {
    const { headers } = await service.request(undefined, 'GET', url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'strict-transport-security': expect.stringContaining('max-age='),
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    });
  });

  it("not to store personal data, except a learner's own poll, which is validated each time", async () => {
    const cacheControl = async (person: typeof staff | typeof alice, url: string) =>
      (await service.request(person, 'GET', url)).headers['cache-control'];
    expect(await cacheControl(alice, `${root}/attempt/${attemptId}`)).toBe('private, no-cache');
    expect(await cacheControl(staff, `${root}/attempt/course_id/${courseId}`)).toBe('no-store');
    expect(await cacheControl(staff, `${root}/attempt/999999`)).toBe('no-store');
    expect((await service.request(alice, 'PUT', `${root}/attempt/${attemptId}`, {})).headers['cache-control']).toBe(
      'no-store',
    );
  });
});

describe('the front page', () => {
  const linksOf = (page: string) => [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link);

  it('names the version and links to pages that answer, without a script', async () => {
    const { status, headers, body } = await service.request(undefined, 'GET', '/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).toContain(JSON.parse(readFileSync('package.json', 'utf8')).version);
    expect(body).not.toContain('<script');
    expect(linksOf(body)).toEqual(['console', 'docs', 'docs-json', 'health/ready', 'metrics']);
    for (const link of linksOf(body)) expect((await service.request(undefined, 'GET', `/${link}`)).status).toBe(200);
  });

  it('links only to the console and to health when documentation and metrics are switched off', async () => {
    const other = await openService({ DOCS: 'off', METRICS: 'off' });
    const { body } = await other.request(undefined, 'GET', '/');
    await other.close();
    expect(linksOf(body)).toEqual(['console', 'health/ready']);
  });
});

describe('documentation and metrics', () => {
  async function statuses(environment: Record<string, string>) {
    const { dataDir } = service.configuration;
    const configuration = loadConfiguration({ ...tokenSettings, PORT: '0', LOG_LEVEL: 'error', ...environment });
    const api = await startApi({ ...configuration, dataDir }, service.database.urls.api);
    const paths = ['/docs', '/docs-json', '/%64ocs', '/metrics', '/metric%73', '/health/live', `${root}/attempt`];
    const at = (url: string) => Promise.all(paths.map(async (path) => (await fetch(`${url}${path}`)).status));
    const { operationsPort } = api;
    const there = operationsPort === undefined ? undefined : await at(`http://127.0.0.1:${operationsPort}`);
    const answer = { here: await at(api.url), there };
    await api.close();
    return answer;
  }

  it('can be switched off', async () => {
    const off = { DOCS: 'off', METRICS: 'off' };
    expect(await statuses(off)).toEqual({ here: [404, 404, 404, 404, 404, 200, 403], there: undefined });
  });

  it('can have a separate port, which serves nothing else but health', async () =>
    expect(await statuses({ OPERATIONS_PORT: '0' })).toEqual({
      here: [404, 404, 404, 404, 404, 200, 403],
      there: [200, 200, 200, 200, 200, 200, 404],
    }));

  it('do not name the version of Node', async () => {
    const { body } = await service.request(undefined, 'GET', '/metrics');
    expect(body).toContain('process_cpu_seconds_total');
    expect(body).not.toContain(process.version);
  });
});

describe('the page of an exam', () => {
  const page = (content: string) => service.request(undefined, 'GET', `/exams/${courseId}/${content}`);

  it('may load files of the service and run its own script alone', async () => {
    const { status, headers, body } = await page(contentId('midterm'));
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(body).not.toMatch(/<script(?! type="module" src="\/exam-pages\/page.js"><\/script>)|<style| style=| on\w+=/);
  });

  it("may also run the script of the exam's provider, and show the LMS in a frame", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
    const STATS_FILE = join(folder, 'bundles.json');
    writeFileSync(STATS_FILE, JSON.stringify({ chunks: { watcher: [{ publicPath: 'https://p.example.org/w.js' }] } }));
    const rest = { base_url: 'https://p.example.org', client_id: 'a', client_secret: 'b', npm_module: 'watcher' };
    const settings = {
      PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, rest },
      WEBPACK_LOADER: { WORKERS: { STATS_FILE } },
      LMS_ROOT_URL: 'https://lms.example.org',
      EXAM_CONTENT_FRAME: true,
    };
    const other = await openCourse({ final: { backend: 'rest' }, quiz: { is_proctored: false } }, { settings });
    const policyOf = async (exam: string) => {
      const { headers, body } = await other.request(undefined, 'GET', `/exams/${courseId}/${contentId(exam)}`);
      expect(body).toContain('data-frame-url="https://lms.example.org/xblock/');
      return String(headers['content-security-policy']);
    };
    const [proctored, timed] = [await policyOf('final'), await policyOf('quiz')];
    await other.close();
    rmSync(folder, { recursive: true });
    expect(proctored).toContain("script-src 'self' https://p.example.org;");
    expect(proctored).toContain("frame-src 'self' https://lms.example.org;");
    expect(timed).toContain("script-src 'self';");
  });

  it('lets no part of its address become markup, and refuses addresses that name no exam', async () => {
    const { body } = await page(encodeURIComponent('block-v1:"><script>alert(1)</script>'));
    expect(body).not.toContain('<script>');
    expect((await page(`${contentId('midterm')}%00`)).status).toBe(400);
    expect((await page(`block-v1:${'x'.repeat(300)}`)).status).toBe(400);
    expect((await service.request(undefined, 'GET', '/exams/nothing/x')).status).toBe(404);
  });

  it('has a stylesheet with the colours of the console, for elements with its class alone', async () => {
    const { status, body, headers } = await service.request(undefined, 'GET', '/exam-pages/style.css');
    expect([status, headers['content-type']]).toEqual([200, 'text/css; charset=utf-8']);
    expect(headers['cache-control']).toContain('max-age');
    expect(body).toMatch(/\.exam-page \{\s*color-scheme: light dark;/);
    expect(body).not.toContain(':root');
  });
});
