import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { ChangeSettingsOfCourse } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { Exam, Origin } from '#domain';
import { configuredProvider } from '#providers';
import { configurationOfCourse, examsOfCourse } from '#read-models';
import { type Caller, escalationEmail, isDataResearcher } from '#roster';
import { type Addressed, CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, JsonRequestBody } from '../document/answers.js';
import { fieldProblems, proctoringSettings } from './instructor-v2.answers.js';
import { bodyOf, changedSettings, schemaOf } from './instructor-v2.requests.js';

/** The proctoring settings of a course for the instructor dashboard (instructor-v2.md §3, I-8). */
@Surface('instructor-v2')
@ApiTags('instructor dashboard')
@Controller('api/instructor/v2/courses/:courseId/proctoring_settings')
export class ProctoringSettingsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('course', { courses: courseToRead, logs: 'always' })
  @ApiOperation({ summary: 'The proctoring settings of a course' })
  @Answers(200, proctoringSettings)
  async getProctoringSettings(@Param('courseId') courseId: string) {
    const {
      provider: tool,
      createZendeskTickets,
      enableProctoredExams,
    } = await configurationOfCourse(this.database, courseId);
    const active = (await examsOfCourse(this.database, courseId)).filter(({ isActive }) => isActive);
    const backend = tool ? null : this.backendOf(active);
    return {
      proctoring_provider: tool ? 'lti_external' : backend,
      proctoring_escalation_email: await escalationEmail(this.database, courseId),
      create_zendesk_tickets: createZendeskTickets ?? false,
      enable_proctored_exams: enableProctoredExams ?? false,
      supports_onboarding: backend !== null && (this.providerOf(backend)?.supportsOnboarding ?? false),
      review_dashboard_available: active.some(
        (exam) => exam.isProctored && this.providerOf(exam.backend)?.hasDashboard,
      ),
    };
  }

  @Patch()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: 'Change proctoring settings; the course in the LMS stays as it is' })
  @JsonRequestBody(schemaOf('ChangedSettings', changedSettings))
  @Answers(200, proctoringSettings)
  @Answers(400, fieldProblems)
  async changeProctoringSettings(
    @Param('courseId') courseId: string,
    @Body() body: unknown,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ) {
    const sent = bodyOf(changedSettings, body);
    const settings = {
      escalationEmail: sent.proctoring_escalation_email,
      createZendeskTickets: sent.create_zendesk_tickets,
      enableProctoredExams: sent.enable_proctored_exams,
    };
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    if (Object.keys(given).length > 0)
      await this.commands.execute(new ChangeSettingsOfCourse(courseId, given, me.userId, this.clock.now(), by));
    return this.getProctoringSettings(courseId);
  }

  /** The platform names the provider of a course in the course's proctored exams. */
  private backendOf(active: readonly Exam[]): string | null {
    const proctored = active.findLast(({ isProctored }) => isProctored);
    return proctored ? (proctored.backend ?? this.configuration.settings.defaultBackend) : null;
  }

  private providerOf(backend: string | null) {
    return configuredProvider(this.configuration.settings, backend);
  }
}

/** Data researchers may read the settings of their course, too (instructor-v2.md §6, I1). */
async function courseToRead({ database, params, caller }: Addressed): Promise<true | string> {
  return (await isDataResearcher(database, caller.userId, params.courseId)) || params.courseId;
}
