// npm run screenshots: the pictures of docs/console, taken in Chromium from an exam day on a fresh database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, prepare } from './prepare.mjs';

const size = { width: 1280, height: 800 };

await main(async () => {
  await prepare();
  const { startServiceProcess } = await import('../dist/test/support/service-process.js');
  const { launchBrowser } = await import('../dist/test/support/browser.js');
  const { secret, tokenSettings } = await import('../dist/test/support/service.js');
  const { Client } = await import('../dist/apps/cli/src/demo/client.js');
  const { ExamDay } = await import('../dist/apps/cli/src/demo/exam-day.js');

  const folder = mkdtempSync(join(tmpdir(), 'proctoring-screenshots-'));
  const service = await startServiceProcess('service', folder, { LOG_LEVEL: 'error' });
  const browser = await launchBrowser();
  try {
    const client = new Client(service.url, secret, {
      audience: tokenSettings.JWT_AUDIENCE,
      issuer: tokenSettings.JWT_ISSUER,
    });
    const day = new ExamDay(client, 1, console.log);
    await day.open();
    const { teacher, learners, auditor, operator } = day.people;
    const ofCourse = (area) => `/console/courses/${encodeURIComponent(day.courseId)}/${area}`;
    const pictures = [
      ['exam-day', teacher, ofCourse('exam-day')],
      ['attempts', teacher, ofCourse('attempts')],
      ['allowances', teacher, ofCourse('allowances')],
      ['onboarding', teacher, ofCourse('onboarding')],
      ['exams', teacher, ofCourse('exams')],
      ['audit', auditor, '/console/audit'],
      ['operations', operator, '/console/operations'],
      ['my-exams', learners[1], '/console/my-exams'],
      [
        'exam-page',
        learners[19],
        `/exams/${encodeURIComponent(day.courseId)}/${encodeURIComponent(day.contentId('Midterm'))}`,
      ],
    ];
    for (const [name, person, path] of pictures) {
      const context = await browser.newContext({ viewport: size, locale: 'en-GB', timezoneId: 'UTC' });
      const page = await context.newPage();
      await page.goto(await client.link(person, path));
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.spinner').or(page.getByText('The exam is loading.')).waitFor({ state: 'detached' });
      await page.screenshot({ path: `docs/console/${name}.png` });
      await context.close();
    }
  } finally {
    await browser.close();
    await service.child.stop();
    rmSync(folder, { recursive: true });
  }
  process.exit();
});
