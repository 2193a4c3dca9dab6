import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { courseId, openCourse, people, publishedExam, root, tokenOf } from '../../support/service.js';
import { openBrowser, story } from './chromium.js';

const { staff, alice } = people;

let browser: Browser | undefined;
let context: BrowserContext;
let site: Server;
let strangers: Server;
let service: Awaited<ReturnType<typeof openCourse>>;
let serviceUrl: string;

const portOf = (server: Server) => (server.address() as AddressInfo).port;
const originOf = (server: Server) => `http://localhost:${portOf(server)}`;
async function openSite() {
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Learning</h1>'),
  ).listen(0, 'localhost');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  browser = await openBrowser();
  [site, strangers] = [await openSite(), await openSite()];
  const environment = { CORS_ORIGINS: `https://apps.example.org,${originOf(site)}` };
  service = await openCourse({}, { environment });
  await service.app.listen(0, 'localhost');
  serviceUrl = `http://localhost:${portOf(service.app.getHttpServer())}`;
});
afterAll(async () => {
  await browser?.close();
  for (const each of [site, strangers]) each.close();
  await service.close();
});

beforeEach(async () => {
  if (!browser) return;
  context = await browser.newContext();
  const [header, payload, signature] = (await tokenOf(alice)).split('.');
  await context.addCookies([
    { name: 'edx-jwt-cookie-header-payload', value: `${header}.${payload}`, domain: 'localhost', path: '/' },
    { name: 'edx-jwt-cookie-signature', value: signature!, domain: 'localhost', path: '/', httpOnly: true },
  ]);
});
afterEach(() => context?.close());

/** Sends a request as micro front ends do: with cookies, and with a CSRF token for a change. */
const call = (page: Page, method: string, path: string, body?: object) =>
  page.evaluate(
    async ({ serviceUrl, method, path, body }) => {
      const ask = async (url: string, init: { method: string; headers?: object; body?: string }) => {
        const headers = { 'USE-JWT-COOKIE': 'true', ...init.headers } as Record<string, string>;
        const answer = await fetch(url, { ...init, headers, credentials: 'include' });
        const body: any = await answer.json();
        return { status: answer.status, requestId: answer.headers.get('x-request-id'), body };
      };
      try {
        if (method === 'GET') return await ask(`${serviceUrl}${path}`, { method });
        const { csrfToken } = (await ask(`${serviceUrl}/csrf/api/v1/token`, { method: 'GET' })).body;
        const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken };
        return await ask(`${serviceUrl}${path}`, { method, headers, body: JSON.stringify(body) });
      } catch (error) {
        return String(error);
      }
    },
    { serviceUrl, method, path, body },
  );

async function openPage(at: Server) {
  const page = await context.newPage();
  await page.goto(originOf(at));
  return page;
}

const registered = async (name: string): Promise<number> => {
  const path = `${root}/exam_registration/course_id/${courseId}`;
  const { body } = await service.request(staff, 'PATCH', path, [publishedExam(name)]);
  return body[0].exam_id;
};

story('a page of a configured site reads and changes an attempt with its cookies', async () => {
  const page = await openPage(site);
  const body = { exam_id: await registered('allowed'), attempt_proctored: 'true' };
  const made = await call(page, 'POST', `${root}/attempt`, body);
  expect(made).toEqual({ status: 200, requestId: expect.any(String), body: { exam_attempt_id: expect.any(Number) } });
  const { exam_attempt_id } = (made as any).body;
  const changed = await call(page, 'PUT', `${root}/attempt/${exam_attempt_id}`, { action: 'click_download_software' });
  expect(changed).toMatchObject({ status: 200 });
  expect(await call(page, 'GET', `${root}/attempt/${exam_attempt_id}`)).toMatchObject({
    status: 200,
    body: { status: 'download_software_clicked' },
  });
  expect(await call(page, 'GET', `${root}/attempt/999999`)).toMatchObject({ status: 400 });
});

story('a page of another site reads nothing and changes nothing', async () => {
  const page = await openPage(strangers);
  const body = { exam_id: await registered('strange'), attempt_proctored: 'true' };
  expect(await call(page, 'GET', `${root}/attempt`)).toContain('Failed to fetch');
  expect(await call(page, 'POST', `${root}/attempt`, body)).toContain('Failed to fetch');
  const { rows } = await service.database.owner.query(
    'select count(*)::int as count from attempts where exam_id = $1',
    [body.exam_id],
  );
  expect(rows).toEqual([{ count: 0 }]);
});

story('the documentation works under its content security policy', async () => {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${serviceUrl}/docs`);
  // Swagger UI shows the operations in view alone.
  await page.getByText('Create an attempt of the caller, and start it if asked').first().waitFor();
  expect(errors).toEqual([]);
});
