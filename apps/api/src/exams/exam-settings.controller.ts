import { Controller, Get, Headers, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { SetExamReviewPolicy } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { type Origin, Refusal } from '#domain';
import { providerOf, UnknownProvider } from '#providers';
import { examById } from '#read-models';
import { type Caller, escalationEmail } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { detail, failure, messages } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { ValidBody } from '../requests/validated.js';
import { examSettings, reviewPolicy } from './exams.answers.js';
import { ReviewPolicyRequest } from './exams.requests.js';

/** The language that the browser prefers. */
const languageOf = (accepted: string) => /^\s*([a-z]{2,3}(-[a-z0-9]{2,8})*)/i.exec(accepted)?.[1]?.toLowerCase();

/** Texts about an exam for learners and reviewers (rest-api.md §5.20, §5.21). */
@ApiTags('exams')
@Controller()
export class ExamSettingsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get('api/edx_proctoring/v1/proctored_exam/settings/exam_id/:examId/')
  @Gate('login')
  @ApiOperation({ summary: "An exam's provider and whom to ask for help" })
  @Answers(200, examSettings)
  @Answers(500, detail, { description: 'The provider is not configured' })
  @Answers(502, failure)
  async getExamSettings(@WholeNumber('examId') examId: string, @Headers('accept-language') accepted = '') {
    const exam = await examById(this.database, examId);
    if (!exam) throw new Refusal('exam_not_found', `Attempted to get exam_id=${examId}, but this exam does not exist.`);
    const { settings } = this.configuration;
    const common = {
      platform_name: settings.platformName,
      contact_us: settings.contactEmail,
      link_urls: Object.keys(settings.linkUrls).length > 0 ? settings.linkUrls : null,
    };
    if (!exam.isProctored) return { ...common, exam_proctoring_backend: {} };
    const provider = this.provider(exam.backend);
    return {
      ...common,
      exam_proctoring_backend: await provider.config(languageOf(accepted) ?? settings.languageCode),
      provider_tech_support_email: provider.techSupportEmail,
      provider_tech_support_phone: provider.techSupportPhone,
      provider_name: provider.verboseName,
      learner_notification_from_email: provider.learnerNotificationFromEmail,
      integration_specific_email: provider.integrationSpecificEmail || settings.contactEmail,
      proctoring_escalation_email: await escalationEmail(this.database, exam.courseId),
    };
  }

  @Get('api/edx_proctoring/v1/proctored_exam/review_policy/exam_id/:examId/')
  @Gate('login')
  @ApiOperation({ summary: 'The instructions for reviewers of an exam' })
  @Answers(200, reviewPolicy)
  async getReviewPolicy(@WholeNumber('examId') examId: string) {
    return { review_policy: (await examById(this.database, examId))?.reviewPolicy ?? null };
  }

  @Put('api/lms/v1/exams/:examId/review_policy')
  @Gate('staff', { scopes: ['roster:courses', 'roster:write'], logs: 'always' })
  @ApiOperation({ summary: 'Set the instructions for reviewers of an exam; an empty text removes them' })
  @RequestBody(ReviewPolicyRequest)
  @Answers(200)
  @Answers(400, messages)
  async setReviewPolicy(
    @WholeNumber('examId') examId: string,
    @ValidBody() { review_policy }: ReviewPolicyRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    await this.commands.execute(new SetExamReviewPolicy(examId, review_policy, me.userId, this.clock.now(), by));
  }

  /** An unknown provider is the operator's mistake here, so the status is 500 (rest-api.md §5.20). */
  private provider(backend: string | null) {
    try {
      return providerOf(this.configuration.settings, backend);
    } catch (error) {
      throw error instanceof UnknownProvider ? refused(500, error.message) : error;
    }
  }
}
