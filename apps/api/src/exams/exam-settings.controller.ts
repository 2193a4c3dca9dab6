import { Controller, Get, Headers, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { SetExamReviewPolicy } from '#commands';
import { Database } from '#connections';
import type { Origin } from '#domain';
import { examById } from '#read-models';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, RequestBody } from '../document/answers.js';
import { detail, failure, messages } from '../document/schemas.js';
import { WholeNumber } from '../http/whole-number.js';
import { ValidBody } from '../requests/validated.js';
import { ExamSettings } from './exam-settings.js';
import { examSettings, reviewPolicy } from './exams.answers.js';
import { ReviewPolicyRequest } from './exams.requests.js';

/** Texts about an exam for learners and reviewers (rest-api.md §5.20, §5.21). */
@ApiTags('exams')
@Controller()
export class ExamSettingsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly settings: ExamSettings,
  ) {}

  @Get('api/edx_proctoring/v1/proctored_exam/settings/exam_id/:examId/')
  @Gate('login')
  @ApiOperation({ summary: "An exam's provider and whom to ask for help" })
  @Answers(200, examSettings)
  @Answers(500, detail, { description: 'The provider is not configured' })
  @Answers(502, failure)
  getExamSettings(@WholeNumber('examId') examId: string, @Headers('accept-language') accepted?: string) {
    return this.settings.of(examId, accepted);
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
}
