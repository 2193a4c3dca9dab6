import { Body, Controller, Get, Param, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { RegisterExams, UnknownProviders } from '#commands';
import { abortable, Database } from '#connections';
import { type ExamType, examTypes, fieldsOfType, type Origin } from '#domain';
import { configurationOfCourse, examsOfCourse } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Surface } from '../auth/surfaces.js';
import { Answers, JsonRequestBody } from '../document/answers.js';
import { anything, detail, either, listOf, messages, object, text } from '../document/schemas.js';
import { ExamRegistration } from '../exams/exam-registration.js';
import { examIdSchema } from '../exams/exams.answers.js';
import { PublishedExamRequest } from '../exams/exams.requests.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { longBody } from '../requests/body.js';
import { validatedList } from '../requests/validated.js';
import { RegisteredExamRequest } from './course-exams.requests.js';
import { edxExam, edxExamJson } from './exam.answers.js';
import { invalidData, validList } from './valid-list.js';

const invalid = object('InvalidData', { detail: text, errors: anything });

/** The exams of a course (edx-exams.md §5.1). Without a provider the rules of edx-proctoring hold (§6). */
@ApiTags('exams')
@Controller('api/v1/exams/course_id/:courseId')
@Surface('edx-exams')
export class CourseExamsOfEdxController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly registration: ExamRegistration,
  ) {}

  @Get()
  @Gate('course', { logs: 'always' })
  @ApiOperation({ summary: "A course's active exams" })
  @Answers(200, listOf(edxExam))
  @Answers(404, listOf(edxExam), { description: 'The course has no provider' })
  async listRegisteredExams(@Param('courseId') courseId: string) {
    const { provider } = await configurationOfCourse(this.database, courseId);
    if (provider === null) throw new HttpAnswer(404, []);
    return (await examsOfCourse(this.database, courseId)).filter(({ isActive }) => isActive).map(edxExamJson);
  }

  @Patch()
  @Gate('course', { logs: 'always', largestBody: longBody })
  @ApiOperation({ summary: "Publish a course's exams: create and change those in the list, end the others" })
  @Answers(200, either(object('Nothing', {}), listOf(examIdSchema)))
  @Answers(400, either(invalid, detail))
  @Answers(422, either(messages, listOf(either(messages, listOf(text)))), { description: 'The course has no provider' })
  @JsonRequestBody([RegisteredExamRequest])
  async registerExams(
    @Param('courseId') courseId: string,
    @Body() body: unknown,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    const { provider } = await configurationOfCourse(this.database, courseId);
    if (provider === null) {
      const published = validatedList(PublishedExamRequest, withKind(body));
      return this.registration.publish(courseId, published, by, client);
    }
    const exams = validList(RegisteredExamRequest, body).map((item) => ({
      contentId: item.content_id,
      examName: item.exam_name,
      timeLimitMins: item.time_limit_mins,
      dueDate: item.due_date,
      examType: item.exam_type,
      hideAfterDue: item.hide_after_due,
      isActive: item.is_active,
    }));
    refuseRepeated(exams);
    const command = new RegisterExams(courseId, provider, exams, this.clock.now(), by);
    await abortable(client, () => this.commands.execute(command)).catch((error) => {
      throw error instanceof UnknownProviders ? refused(400, error.message) : error;
    });
    return {};
  }
}

/** The list as it was sent, with the fields in which edx-proctoring has the type. */
const withKind = (body: unknown) =>
  Array.isArray(body)
    ? body.map((item) => (examTypes.includes(item?.exam_type) ? { ...item, ...kindOf(item.exam_type) } : item))
    : body;

const kindOf = (type: ExamType) => {
  const { isProctored, isPracticeExam } = fieldsOfType(type);
  return { is_proctored: isProctored, is_practice_exam: isPracticeExam };
};

/** One transaction publishes the list, so no content may be in it twice (edx-exams.md §10, H9). */
function refuseRepeated(exams: readonly { contentId: string }[]) {
  const seen = new Set<string>();
  const errors = exams.map(({ contentId }) => {
    const isRepeated = seen.has(contentId);
    seen.add(contentId);
    return isRepeated ? { content_id: ['This content is in the list already.'] } : {};
  });
  if (seen.size < exams.length) throw invalidData(errors);
}
