import { Controller, Get, Param, Patch, Post, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { AddExam, ChangeExam, UnknownProviders } from '#commands';
import { Database } from '#connections';
import { type Origin, pythonRepr, Refusal } from '#domain';
import { examByContent, examById, examJson, examsOfCourse } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, JsonRequestBody, RequestBody } from '../document/answers.js';
import { detail, either, listOf, messages, text } from '../document/schemas.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { longBody } from '../requests/body.js';
import { idOfAnySizeIn } from '../requests/ids.js';
import { ValidBody, ValidBodyList } from '../requests/validated.js';
import { ExamRegistration } from './exam-registration.js';
import { examIdSchema, examSchema } from './exams.answers.js';
import { ChangeExamRequest, CreateExamRequest, PublishedExamRequest } from './exams.requests.js';

const otherPaths = [
  'exam/exam_id/:examId',
  'exam/course_id/:courseId',
  'exam/course_id/:courseId/content_id/:contentId',
];
const notAllowed = (method: string) => refused(405, `Method "${method}" not allowed.`);

@ApiTags('exams')
@Controller('api/edx_proctoring/v1/proctored_exam')
export class ExamsController {
  constructor(
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly database: Database,
    private readonly registration: ExamRegistration,
  ) {}

  @Post('exam')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'Create an exam' })
  @Answers(200, examIdSchema)
  @Answers(400, messages)
  @RequestBody(CreateExamRequest)
  async createExam(@ValidBody() request: CreateExamRequest, @CurrentOrigin() by: Origin) {
    const { course_id, content_id } = request;
    if (await examByContent(this.database, course_id.trim(), content_id.trim())) throw notUnique();
    const exam = {
      courseId: course_id,
      contentId: content_id,
      externalId: request.external_id,
      examName: request.exam_name,
      timeLimitMins: request.time_limit_mins,
      isProctored: request.is_proctored,
      isPracticeExam: request.is_practice_exam,
      isActive: request.is_active,
      hideAfterDue: request.hide_after_due,
    };
    try {
      return { exam_id: await this.commands.execute(new AddExam(exam, this.clock.now(), by)) };
    } catch (error) {
      throw error instanceof Refusal && error.code === 'exam_already_exists' ? notUnique() : error;
    }
  }

  @Put('exam')
  @Gate('staff', { logs: 'always' })
  @ApiOperation({ summary: 'Change an exam; absent and null fields stay as they are' })
  @Answers(200, examIdSchema)
  @Answers(422, detail, { description: 'A proctored exam with a provider that is not configured' })
  @RequestBody(ChangeExamRequest)
  async changeExam(@ValidBody('detail') request: ChangeExamRequest, @CurrentOrigin() by: Origin) {
    const changes = {
      examName: textIn(request.exam_name),
      timeLimitMins: request.time_limit_mins,
      isProctored: request.is_proctored,
      isPracticeExam: request.is_practice_exam,
      externalId: textIn(request.external_id),
      isActive: request.is_active,
      hideAfterDue: request.hide_after_due,
    };
    const asked = pythonRepr(request.exam_id);
    const examId = idOfAnySizeIn(request.exam_id, 'exam_id');
    if (examId === undefined || !(await examById(this.database, examId)))
      throw new Refusal('exam_not_found', `Attempted to update exam_id=${asked}, but this exam does not exist.`);
    try {
      return { exam_id: await this.commands.execute(new ChangeExam(examId, changes, this.clock.now(), by)) };
    } catch (error) {
      throw error instanceof UnknownProviders ? refused(422, `backend: ${error.message}`) : error;
    }
  }

  @Get('exam/exam_id/:examId')
  @Gate('login')
  @ApiOperation({ summary: 'An exam by its id' })
  @Answers(200, examSchema)
  async getExam(@WholeNumber('examId') examId: string) {
    const exam = await examById(this.database, examId);
    if (exam) return examJson(exam);
    throw new Refusal('exam_not_found', `Attempted to get exam_id=${examId}, but this exam does not exist.`);
  }

  @Get('exam/course_id/:courseId/content_id/:contentId')
  @Gate('login')
  @ApiOperation({ summary: 'An exam by its course and content id; a path of three parts is a course with slashes' })
  @Answers(200, either(examSchema, listOf(examSchema)))
  async getExamByContent(@Param('courseId') courseId: string, @Param('contentId') contentId: string) {
    const exam = await examByContent(this.database, courseId, contentId);
    if (exam) return examJson(exam);
    const message = `Cannot find proctored exam in course_id=${courseId} with content_id=${contentId}`;
    throw new Refusal('exam_not_found', message);
  }

  @Get('exam/course_id/:courseId')
  @Gate('login')
  @ApiOperation({ summary: "A course's active exams" })
  @Answers(200, listOf(examSchema))
  async listExams(@Param('courseId') courseId: string) {
    return (await examsOfCourse(this.database, courseId)).filter(({ isActive }) => isActive).map(examJson);
  }

  @Patch('exam_registration/course_id/:courseId')
  @Gate('staff', { logs: 'always', largestBody: longBody })
  @ApiOperation({ summary: "Publish a course's exams: create and change those in the list, withdraw the others" })
  @Answers(200, listOf(examIdSchema))
  @Answers(422, either(messages, listOf(either(messages, listOf(text)))))
  @JsonRequestBody([PublishedExamRequest])
  publishExams(
    @Param('courseId') courseId: string,
    @ValidBodyList(PublishedExamRequest) published: PublishedExamRequest[],
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    return this.registration.publish(courseId, published, by, client);
  }

  /** In the reference one view serves these paths. It refuses other methods only after the staff check. */
  @Post(otherPaths)
  @Gate('staff', { logs: 'always' })
  @ApiExcludeEndpoint()
  noPost() {
    throw notAllowed('POST');
  }

  @Put(otherPaths)
  @Gate('staff', { logs: 'always' })
  @ApiExcludeEndpoint()
  noPut() {
    throw notAllowed('PUT');
  }

  @Get('exam')
  @Gate('login')
  @ApiExcludeEndpoint()
  noGet() {
    throw notAllowed('GET');
  }
}

/** Any value is stored as text here, as in the reference. */
const textIn = (value: unknown) => (value == null ? undefined : pythonRepr(value));

const notUnique = () =>
  new HttpAnswer(400, { non_field_errors: ['The fields course_id, content_id must make a unique set.'] });
