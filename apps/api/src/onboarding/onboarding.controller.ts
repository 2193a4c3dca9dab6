import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { onboardingPanelOf } from '#domain';
import { instant } from '#read-models';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { detail, either, failure, mfeFlag, pageNumber, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { links } from '../http/links.js';
import { requestedPage } from '../http/page.js';
import { textsForAnswer } from '../texts/texts.js';
import { LearnerOnboarding } from './learner-onboarding.js';
import { onboardingOfCourse, onboardingPanel, onboardingStatus } from './onboarding.answers.js';
import { noOnboarding, onboardingExamsOf } from './onboarding-exams.js';
import { OnboardingLists } from './onboarding-lists.js';
import { panelJson } from './panel.js';

/** The onboarding of learners (rest-api.md §5.13, §5.14). */
@ApiTags('onboarding')
@Controller('api/edx_proctoring/v1/user_onboarding/status')
export class OnboardingController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly onboarding: LearnerOnboarding,
    private readonly lists: OnboardingLists,
  ) {}

  @Get()
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "The caller's onboarding in a course; staff may name another learner" })
  @Answers(200, onboardingStatus)
  @Answers(404, either(text, detail))
  @Answers(502, failure)
  @QueryParam('course_id', text)
  @QueryParam('username', text)
  @QueryParam('is_learning_mfe', mfeFlag)
  getOnboarding(@CurrentUser() me: Caller, @Query() query: Record<string, string>) {
    return this.onboarding.statusFor(me, askedIn(query));
  }

  @Get('panel')
  @Gate('login', { logs: 'others' })
  @ApiOperation({ summary: "The onboarding panel of a course's page, in the learner's language" })
  @Answers(200, onboardingPanel, { headers: { 'Content-Language': { schema: text } } })
  @Answers(404, either(text, detail))
  @Answers(502, failure)
  @QueryParam('course_id', text)
  @QueryParam('username', text)
  @QueryParam('is_learning_mfe', mfeFlag)
  async getOnboardingPanel(
    @CurrentUser() me: Caller,
    @Query() query: Record<string, string>,
    @Headers('accept-language') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { settings } = this.configuration;
    const at = this.clock.now();
    const onboarding = await this.onboarding.of(me, askedIn(query), at);
    const texts = textsForAnswer(accepted, settings.languageCode, reply);
    const instructions = onboarding.provider.helpCenterArticleUrl || settings.linkUrls.faq || null;
    return panelJson(onboarding, onboardingPanelOf(onboarding, onboarding.when, at), instructions, texts);
  }

  @Get('course_id/:courseId')
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "The onboarding of a course's learners" })
  @Answers(200, onboardingOfCourse)
  @Answers(502, failure)
  @QueryParam('page', pageNumber, '25 learners each')
  @QueryParam('text_search', text)
  @QueryParam('statuses', text, 'Separated by commas')
  async listOnboarding(
    @Param('courseId') courseId: string,
    @Query('page') asked?: string,
    @Query('text_search') search = '',
    @Query('statuses') given?: string,
  ) {
    const statuses = given ?? '';
    const onboarding = await onboardingExamsOf(this.database, this.configuration, courseId);
    if (!onboarding) throw noOnboarding();
    const list = await this.lists.of(onboarding, { courseId, search, statuses: given });
    const { count, page, pages, results } = await requestedPage(asked, async (pageOf) => {
      const { count, rows } = await list(pageOf);
      return { count, results: rows };
    });
    const link = (number: number) =>
      links.onboarding(courseId, { text_search: search, statuses, page: String(number) });
    return {
      count,
      previous: page > 1 ? link(page - 1) : null,
      next: page < pages ? link(page + 1) : null,
      num_pages: pages,
      results: results.map(({ learner, status, modified }) => ({
        username: learner.username,
        enrollment_mode: learner.mode,
        status,
        modified: instant(modified),
      })),
      use_onboarding_profile_api: this.lists.asksProvider,
    };
  }
}

function askedIn({ course_id: courseId, username, is_learning_mfe }: Record<string, string>) {
  if (!courseId) throw refused(400, 'Missing required query parameter course_id');
  return { courseId, username, isLearningMfe: mfeFlag.enum.includes(is_learning_mfe) };
}
