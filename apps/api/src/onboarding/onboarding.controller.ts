import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Clock } from '#clock';
import { Configuration, userObfuscationKeyOf } from '#configuration';
import { Database } from '#connections';
import { onboardingOf, onboardingPanelOf } from '#domain';
import { obscuredUserId, type Provider } from '#providers';
import { instant, onboardingOfLearners } from '#read-models';
import { type Caller, isCourseStaff, isOfCourse, userByName } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { detail, either, failure, mfeFlag, pageNumber, text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { links } from '../http/links.js';
import { requestedPage } from '../http/page.js';
import { textsForAnswer } from '../texts/texts.js';
import { onboardingOfCourse, onboardingPanel, onboardingStatus } from './onboarding.answers.js';
import { examsInOutline, noOnboarding, onboardingExamsOf } from './onboarding-exams.js';
import { OnboardingLists } from './onboarding-lists.js';
import { panelJson } from './panel.js';
import { profileOf } from './provider-profiles.js';

/** The onboarding of learners (rest-api.md §5.13, §5.14). */
@ApiTags('onboarding')
@Controller('api/edx_proctoring/v1/user_onboarding/status')
export class OnboardingController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
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
  async getOnboarding(@CurrentUser() me: Caller, @Query() query: Record<string, string>) {
    const { status, expiresAt, link, when, opensAt, provider } = await this.onboardingFor(me, query, this.clock.now());
    return {
      onboarding_status: status,
      onboarding_link: when === 'open' ? link : null,
      expiration_date: expiresAt,
      onboarding_past_due: when === 'past_due',
      onboarding_release_date: instant(opensAt).replace('Z', '+00:00'),
      review_requirements_url: provider.helpCenterArticleUrl,
    };
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
    const onboarding = await this.onboardingFor(me, query, at);
    const texts = textsForAnswer(accepted, settings.languageCode, reply);
    const instructions = onboarding.provider.helpCenterArticleUrl || settings.linkUrls.faq || null;
    return panelJson(onboarding, onboardingPanelOf(onboarding, onboarding.when, at), instructions, texts);
  }

  /** The caller's onboarding in the course of the query; staff may name another learner (domain.md §7.2). */
  private async onboardingFor(me: Caller, query: Record<string, string>, at: string) {
    const { course_id: courseId, username = '', is_learning_mfe } = query;
    if (!courseId) throw refused(400, 'Missing required query parameter course_id');
    const isOther = username !== '' && username !== me.username;
    if (isOther && !me.isStaff && !(await isCourseStaff(this.database, me.userId, courseId)))
      throw refused(403, 'Must be a Staff User to Perform this request.');
    const onboarding = await onboardingExamsOf(this.database, this.configuration, courseId);
    if (!onboarding) throw noOnboarding();
    const userId = isOther ? (await userByName(this.database, username))?.id : me.userId;
    if (userId !== undefined) noteSubject(userId);
    // Course staff see nothing about people of other courses.
    const isShown = !isOther || me.isStaff || (userId && (await isOfCourse(this.database, userId, courseId)));
    if (userId === undefined || !isShown) throw refused(400, `username: there is no user ${username}.`);

    const shown = await examsInOutline(this.database, onboarding.exams, userId, at);
    const chosen = (['open', 'future', 'past_due'] as const).flatMap(
      (when) => shown.find((each) => each.when === when) ?? [],
    )[0];
    if (!chosen) throw refused(404, 'There is no onboarding exam accessible to this user.');
    const { exam, when, opensAt } = chosen;
    const isLearningMfe = mfeFlag.enum.includes(is_learning_mfe);
    const { provider } = onboarding;
    const { status, expiresAt } = await this.statusOf(userId, courseId, exam.backend, provider, at);
    const link = links.exam(this.configuration.settings, courseId, exam.contentId, isLearningMfe);
    return { status, expiresAt, link, when, opensAt, provider };
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

  /** From the provider's profile of the learner if it has one and answers, else from the attempts (domain.md §7.2). */
  private async statusOf(userId: number, courseId: string, backend: string | null, provider: Provider, at: string) {
    const known = await onboardingOfLearners(this.database, [userId], courseId, backend, at);
    const { own, approved } = known.get(userId)!;
    const { status, expiresAt } = onboardingOf(own, approved);
    const stored = { status, expiresAt: instant(expiresAt) };
    if (!this.configuration.settings.useOnboardingProfileApi) return stored;
    const obscured = obscuredUserId(userId, userObfuscationKeyOf(this.configuration), backend);
    const profile = await profileOf(provider, courseId, obscured);
    return profile ? { status: profile.status, expiresAt: profile.expirationDate } : stored;
  }
}
