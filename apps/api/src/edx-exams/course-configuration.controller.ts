import { Controller, Get, HttpCode, Param, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { ConfigureExams } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import type { Origin } from '#domain';
import { isLtiTool } from '#providers';
import { configurationOfCourse } from '#read-models';
import type { Caller } from '#roster';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, RequestBody } from '../document/answers.js';
import { messages, object, orNull, text } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { Email, Text } from '../requests/fields.js';
import { ValidBody } from '../requests/validated.js';

const courseConfiguration = object('CourseConfiguration', { provider: orNull(text), escalation_email: orNull(text) });

class CourseConfigurationRequest {
  @Text({ nullable: true }) provider: string | null;
  @Email({ nullable: true }) escalation_email: string | null;
}

/** The provider of a course's exams, and the address for questions of learners (edx-exams.md §5.2). */
@ApiTags('exams')
@Controller('api/v1/configs/course_id/:courseId')
@Surface('edx-exams')
export class CourseConfigurationController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly configuration: Configuration,
  ) {}

  @Get()
  @Gate('login')
  @ApiOperation({ summary: "The provider of a course's exams" })
  @Answers(200, courseConfiguration)
  async getCourseConfiguration(@Param('courseId') courseId: string) {
    const { provider, escalationEmail } = await configurationOfCourse(this.database, courseId);
    return { provider, escalation_email: escalationEmail };
  }

  @Patch()
  @HttpCode(204)
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "Choose the provider of a course's exams; with another one, its exams begin anew" })
  @Answers(204)
  @Answers(400, messages)
  @RequestBody(CourseConfigurationRequest)
  async configureCourse(
    @Param('courseId') courseId: string,
    @ValidBody() { provider, escalation_email }: CourseConfigurationRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
  ): Promise<void> {
    if (provider !== null && !isLtiTool(this.configuration.settings, provider))
      throw new HttpAnswer(400, { provider: ['Proctoring provider does not exist.'] });
    if (provider === null && escalation_email !== null)
      throw new HttpAnswer(400, { non_field_errors: ['Escalation email must be None when provider is None.'] });
    const command = new ConfigureExams(courseId, provider, escalation_email, me.userId, this.clock.now(), by);
    await this.commands.execute(command);
  }
}
