import { Controller, Get, Headers, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { configuredProvider } from '#providers';
import { configurationOfCourse, generationById } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers } from '../document/answers.js';
import { detail, either, failure, object, orNull, text } from '../document/schemas.js';
import { ExamSettings } from '../exams/exam-settings.js';
import { examSettings } from '../exams/exams.answers.js';
import { WholeNumber } from '../http/whole-number.js';

const providerSettings = object(
  'ProviderSettings',
  { proctoring_escalation_email: orNull(text) },
  {
    provider_tech_support_email: orNull(text),
    provider_tech_support_phone: orNull(text),
    provider_tech_support_url: orNull(text),
    provider_name: orNull(text),
  },
);

/** Whom learners ask for help with an exam (edx-exams.md §5.12). */
@ApiTags('exams')
@Controller('api/v1/exam/provider_settings/course_id/:courseId/exam_id/:examId')
@Surface('edx-exams')
export class ProviderSettingsController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly settings: ExamSettings,
  ) {}

  @Get()
  @Gate('login')
  @ApiOperation({ summary: "An exam's provider and whom to ask for help" })
  @Answers(200, either(providerSettings, examSettings))
  @Answers(500, detail, { description: 'The provider is not configured' })
  @Answers(502, failure)
  async getProviderSettings(
    @Param('courseId') courseId: string,
    @WholeNumber('examId') examId: string,
    @Headers('accept-language') accepted?: string,
  ) {
    const { provider, escalationEmail } = await configurationOfCourse(this.database, courseId);
    if (provider === null) return this.settings.of(examId, accepted);
    const backend = (await generationById(this.database, examId))?.backend;
    const found = backend ? configuredProvider(this.configuration.settings, backend) : undefined;
    return {
      ...(found && {
        provider_tech_support_email: found.techSupportEmail || null,
        provider_tech_support_phone: found.techSupportPhone || null,
        provider_tech_support_url: found.lti?.techSupportUrl ?? null,
        provider_name: found.verboseName,
      }),
      proctoring_escalation_email: escalationEmail,
    };
  }
}
