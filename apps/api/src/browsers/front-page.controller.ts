import { createRequire } from 'node:module';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { html } from '../interstitials/html.js';

const { version } = createRequire(import.meta.url)('#package.json');

@ApiTags('browsers')
@Controller()
export class FrontPageController {
  constructor(private readonly configuration: Configuration) {}

  @Get()
  @Gate('anyone')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @ApiOperation({ summary: 'A page for people that names what is here' })
  @Answers(200, text, { type: 'text/html' })
  showFrontPage(): string {
    const { docs, metrics, operationsPort } = this.configuration;
    const isHere = (setting: 'on' | 'off') => setting === 'on' && operationsPort === undefined;
    return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Exam proctoring</title>
</head>
<body>
  <main>
    <h1>Exam proctoring ${version}</h1>
    <p>This service runs timed and proctored exams. Learners take them in the LMS, or on a page of this service.</p>
    <ul>${[
      html`
      <li><a href="console">Console</a>: pages for course staff, proctors, auditors, operators and learners</li>`,
      isHere(docs) &&
        html`
      <li><a href="docs">HTTP interface</a>, as an <a href="docs-json">OpenAPI document</a></li>`,
      html`
      <li><a href="health/ready">Health</a></li>`,
      isHere(metrics) &&
        html`
      <li><a href="metrics">Metrics</a></li>`,
    ].filter((line) => line !== false)}
    </ul>
    <p>The repository explains the rest: README.md, docs/operations.md for those who run the service, docs/audit.md for
    auditors, docs/integrate.md for those who connect a platform, docs/develop.md for those who change the code.</p>
  </main>
</body>
</html>
`.toString();
  }
}
