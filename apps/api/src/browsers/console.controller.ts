import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Gate } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { text } from '../document/schemas.js';

const built = join(dirname(createRequire(import.meta.url).resolve('#package.json')), 'apps', 'console', 'dist');

/** The names of the console's files contain their hashes, so browsers keep them. */
export function serveConsoleAssets(app: NestFastifyApplication) {
  const root = join(built, 'assets');
  if (!existsSync(root)) return;
  app.useStaticAssets({
    ...{ root, prefix: '/console/assets/', index: false, decorateReply: false },
    ...{ preCompressed: true, maxAge: '1y', immutable: true },
  });
}

/** The page of the console, for each of its addresses. The page's own code reads the address. */
@ApiTags('browsers')
@Controller('console')
export class ConsoleController {
  private page?: string;

  @Get()
  @Gate('anyone')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  @ApiOperation({ summary: 'The console: pages for course staff, proctors, auditors, operators and learners' })
  @Answers(200, text, { type: 'text/html' })
  showConsole(): string {
    const file = join(built, 'index.html');
    if (!this.page && !existsSync(file)) throw new NotFoundException('The console is not built: npm run build.');
    this.page ??= readFileSync(file, 'utf8');
    return this.page;
  }

  @Get('*')
  @Gate('anyone')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  @ApiExcludeEndpoint()
  showPageOfConsole(): string {
    return this.showConsole();
  }
}
