import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { html } from '../interstitials/html.js';

/** Browser extensions of proctoring tools replace this page, so a learner who sees it has none (edx-exams.md §5.14). */
const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Browser extension missing</title>
</head>
<body>
  <main>
    <h1>The browser extension is missing</h1>
    <p>This exam needs the browser extension of its proctoring tool. Install and activate the extension, then return to
    your course and open the exam again.</p>
  </main>
</body>
</html>
`.toString();

@ApiTags('browsers')
@Controller('browser_lock')
export class MissingExtensionController {
  @Get()
  @Gate('anyone')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @ApiOperation({ summary: 'A page that says that the browser extension of the proctoring tool is missing' })
  @Answers(200, text, { type: 'text/html' })
  showBrowserLock(): string {
    return page;
  }
}
