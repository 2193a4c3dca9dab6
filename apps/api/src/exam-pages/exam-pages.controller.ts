import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Header, Headers, Param, Req, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration, lmsAddressOf, type Settings } from '#configuration';
import { Database } from '#connections';
import { inPath } from '#domain';
import { providerOf } from '#providers';
import { examByContent } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Answers, Refuses } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { links } from '../http/links.js';
import { textsForAnswer } from '../texts/texts.js';
import { examPage } from './exam-page.js';

const folderOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The scripts of the page. */
export function serveExamPages(app: NestFastifyApplication) {
  const root = folderOf('exam-page/src');
  app.useStaticAssets({ root, prefix: '/exam-pages/', index: false, decorateReply: false });
}

/** The console's colours and type, for elements with the class alone: the page of a platform keeps its own. */
const style = () => {
  const [tokens, rules] = ['console/src/kit/tokens.css', 'exam-page/src/style.css'].map((path) =>
    readFileSync(folderOf(path), 'utf8'),
  );
  return `${tokens!.replaceAll(':root', '.exam-page')}\n${rules}`;
};

/** Exams for learners without a learning front end, and the stylesheet for the pages of `student_view`. */
@ApiTags('browsers')
@Controller()
export class ExamPagesController {
  private style?: string;

  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get('exam-pages/style.css')
  @Gate('anyone')
  @Header('Content-Type', 'text/css; charset=utf-8')
  @Header('Cache-Control', 'public, max-age=3600')
  @ApiOperation({ summary: "The stylesheet of learners' pages, for elements with the class `exam-page`" })
  @Answers(200, text, { type: 'text/css' })
  getExamPageStyle(): string {
    this.style ??= style();
    return this.style;
  }

  @Get('exams/:courseId/:contentId')
  @Gate('anyone')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-cache')
  @ApiOperation({ summary: 'The page on which a learner takes an exam' })
  @Answers(200, text, { type: 'text/html', headers: { 'Content-Language': { schema: text } } })
  @Refuses(400, 404)
  async showExamPage(
    @Param('courseId') courseId: string,
    @Param('contentId') contentId: string,
    @Headers() headers: FastifyRequest['headers'],
    @Req() { url }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { settings } = this.configuration;
    const texts = textsForAnswer(headers['accept-language'], settings.languageCode, reply);
    const frameUrl = settings.examContentFrame ? `${settings.lmsRootUrl}/xblock/${inPath(contentId)}` : '';
    const providers = originsOf(await this.providerScript(courseId, contentId));
    reply.header('Content-Security-Policy', policyOf(providers, originsOf(frameUrl)));
    return examPage(
      {
        courseId,
        contentId,
        platform: settings.platformName,
        contentUrl: links.content(settings, courseId, contentId),
        frameUrl,
        signInUrl: signInUrlOf(settings, url),
      },
      texts,
    );
  }

  private async providerScript(courseId: string, contentId: string): Promise<string> {
    const exam = await examByContent(this.database, courseId, contentId);
    return exam?.isProctored ? providerOf(this.configuration.settings, exam.backend).javascriptUrl() : '';
  }
}

/** A service whose LMS is unknown has no page to sign in. */
const signInUrlOf = (settings: Settings, url: string) =>
  settings.siteName === 'localhost' ? '' : `${lmsAddressOf(settings)}/login?next=${encodeURIComponent(url)}`;

/** The origin of a URL, for a content security policy; "" if it is on the page's own site, or is no URL. */
const originsOf = (url: string) => (/^https?:/.test(url) && URL.canParse(url) ? ` ${new URL(url).origin}` : '');

/** The provider's script runs in a worker, and may reach its own site. */
const policyOf = (providers: string, frames: string) =>
  [
    "default-src 'none'",
    `script-src 'self'${providers}`,
    "style-src 'self'",
    "img-src 'self'",
    'worker-src blob:',
    `connect-src 'self'${providers}`,
    `frame-src 'self'${frames}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
