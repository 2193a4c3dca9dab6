import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { newKeys } from '../../../libs/lti/src/testing.js';
import { freePort } from '../../conformance/child.js';
import { pythonWith } from '../../support/python.js';
import { cookiesOf, openCourse, type Person, people, root, tokenOf } from '../../support/service.js';
import { openBrowser, story } from '../browser/chromium.js';

// A learner takes a proctored exam in Chromium. The tool is PyLTI1p3, an independent library: it checks each message.

const { alice, bob } = people;

/** In the place of the learning front end: it asks the top window as the front end does, and accepts an answer of the service. */
async function startFrontEnd(exams: string) {
  const page = `<!doctype html><title>The exam in the front end</title><p id="entrance">waiting</p><script>
    addEventListener('message', ({ origin, data }) => {
      if (origin === '${exams}') document.getElementById('entrance').textContent = data.active ? 'open' : 'closed';
    });
    if (top !== window) top.postMessage(['proctorio_status'], '*');
  </script>`;
  const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(page));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function openExam() {
  const [port, toolPort] = [await freePort(), await freePort()];
  const [exams, toolUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${toolPort}`];
  const frontEnd = await startFrontEnd(exams);
  const { publicKey, privateKey } = newKeys();
  const tool = { lti_uuid: randomUUID(), client_id: 'pylti', launch_url: `${toolUrl}/launch` };
  const watchers = {
    ...{ provider: 'lti', lti_id: 1, login_url: `${toolUrl}/login`, ...tool },
    ...{ tool_key: publicKey, platform_key: newKeys().privateKey },
  };
  const settings = {
    LEARNING_MICROFRONTEND_URL: frontEnd.url,
    PROCTORING_BACKENDS: { DEFAULT: 'test', test: {}, watchers },
  };
  const service = await openCourse(
    { midterm: { backend: 'watchers' } },
    { settings, environment: { PUBLIC_URL: exams, PORT: String(port) } },
  );
  await service.app.listen(port, '127.0.0.1');
  const python = join(pythonWith('pylti1p3-2.0.0', ['PyLTI1p3==2.0.0']), 'python');
  const given = {
    ...{ platform: exams, port: toolPort, uuid: tool.lti_uuid, client_id: tool.client_id, launch_url: tool.launch_url },
    private_key: privateKey,
  };
  const child = spawn(python, [join('test', 'e2e', 'lti', 'pylti1p3_tool.py'), JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const browser = await openBrowser();
  return {
    ...service,
    examId: service.exams.midterm!,
    exams,
    toolUrl,
    frontEnd: frontEnd.url,
    /** A page of a learner who is logged in to the LMS. */
    async pageOf(person: Person): Promise<Page> {
      const context = await browser!.newContext();
      const cookies = cookiesOf(await tokenOf(person));
      await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: exams })));
      return context.newPage();
    },
    async close() {
      await browser?.close();
      child.kill();
      await once(child, 'exit');
      frontEnd.server.close();
      frontEnd.server.closeAllConnections();
      await service.close();
    },
  };
}

let exam: Awaited<ReturnType<typeof openExam>>;
beforeAll(async () => {
  exam = await openExam();
}, 180_000);
afterAll(() => exam.close());

const statusOf = async (id: number) => (await exam.query('select status from attempts where id = $1', [id]))[0].status;
const act = (person: Person, id: number, action: string) =>
  exam.request(person, 'PUT', `${root}/attempt/${id}`, { action });

/** From the start of proctoring until the front end, in the frame of the shell, has its answer. */
async function launch(page: Page, id: number): Promise<Frame> {
  await page.goto(`${exam.exams}/lti/start_proctoring/${id}`);
  await page.getByRole('heading', { name: 'Show your room' }).waitFor();
  await page.getByRole('button', { name: 'Begin the exam' }).click();
  await page.waitForURL(`${exam.exams}/lti/exam_shell/${id}`);
  await page.frameLocator('iframe').getByText('open').waitFor();
  return page.frames().find((frame) => frame.url().startsWith(exam.frontEnd))!;
}

story('a learner takes a proctored exam from the launch to the end', async () => {
  const id = await exam.createAttempt(alice, exam.examId);
  const page = await exam.pageOf(alice);
  const frame = await launch(page, id);
  expect(await statusOf(id)).toBe('ready_to_start');
  await act(alice, id, 'start');
  expect(await statusOf(id)).toBe('started');
  // The front end hands in by going there, inside of the frame.
  await frame.evaluate(`location.assign('${exam.exams}/lti/end_assessment/${id}')`);
  await page.getByRole('heading', { name: 'Proctoring has ended' }).waitFor();
  expect(page.url()).toBe(`${exam.toolUrl}/launch`);
  expect(await statusOf(id)).toBe('submitted');
  await page.getByRole('link', { name: 'Back' }).click();
  await page.waitForURL(`${exam.frontEnd}/course/**`);
});

story('a tool ends an exam by the control service; the page is then closed to the learner', async () => {
  const id = await exam.createAttempt(bob, exam.examId);
  const page = await exam.pageOf(bob);
  const frame = await launch(page, id);
  await act(bob, id, 'start');
  const answer = await fetch(`${exam.toolUrl}/control?action=terminate`);
  expect(await answer.text()).toBe('200 {"status":"terminated"}');
  expect(await statusOf(id)).toBe('error');
  await frame.goto(frame.url());
  await page.frameLocator('iframe').getByText('closed').waitFor();
});

story('without the tool, another browser of the learner finds the exam closed', async () => {
  const id = (await exam.query('select id::int from attempts where user_id = $1', [bob.user_id]))[0].id;
  const page = await exam.pageOf(bob);
  expect((await page.goto(`${exam.exams}/lti/exam_shell/${id}`))!.status()).toBe(404);
});
