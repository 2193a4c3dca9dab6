import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { examStream } from '#commands';
import { Configuration } from '#configuration';
import { Database, type PageOf } from '#connections';
import { type Exam, type ExamEvent, examTypeOf } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { configuredProvider } from '#providers';
import { examById, examJson, examList, examSorts, type ListedExam, listedExam } from '#read-models';
import { usernamesOf } from '#roster';
import { type Addressed, Gate, Loaded } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { oneOf, pageNumber, text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { existing } from '../http/http-answer.js';
import { allPages, requestedPage } from '../http/page.js';
import { wholeNumber } from '../http/whole-number.js';
import { wordIn } from '../requests/queries.js';
import { courseExam, courseExams, examChanges } from './course-exams.answers.js';
import { changesOfExam } from './exam-changes.js';
import { providerNameOf } from './provider-names.js';

type ListQuery = { search?: string; active?: string; sort?: string; page?: string };

/** The gate of a route about one exam. An exam that does not exist is refused like one of another course. */
const staffOfExam = {
  loads: ({ database, params }: Addressed) => examById(database, wholeNumber(params.examId, 'examId')),
  courses: ({ loaded }: Addressed) => loaded?.courseId,
  logs: 'always',
} as const;

const columns = [
  ...(['id', 'exam_name', 'content_id', 'type', 'time_limit_mins', 'due_date', 'provider', 'is_active'] as const),
  ...(['review_policy', 'attempts', 'running', 'waiting_for_review'] as const),
];

/** A course's exams as its staff see them. The LMS publishes exams, so nothing is changed here. */
@ApiTags('exams')
@Controller('api/exams/v1')
export class CourseExamsController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
  ) {}

  @Get('courses/:courseId/exams')
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({ summary: "A course's exams with their settings and the numbers of attempts, for its staff" })
  @AnswersList(courseExams)
  @QueryParam('search', text, 'Part of the name or of the content id')
  @QueryParam('active', oneOf('true', 'false'), 'All if absent')
  @QueryParam('sort', oneOf(...examSorts), 'By name if absent; a leading minus reverses the order')
  @QueryParam('page', pageNumber, '25 exams each')
  async listCourseExams(@Param('courseId') courseId: string, @Query() query: ListQuery, @AsCsv() asCsv: boolean) {
    const { search, active } = query;
    const sort = wordIn(query.sort, examSorts, 'sort');
    const filter = { search, sort, isActive: active === undefined ? undefined : active === 'true' };
    const read = async (pageOf: PageOf) => {
      const { count, exams } = await examList(this.database, courseId, filter, pageOf);
      return { count, results: exams.map((exam) => this.json(exam)) };
    };
    return asCsv ? csvFile(`exams ${courseId}`, columns, allPages(read)) : requestedPage(query.page, read);
  }

  @Get('exams/:examId')
  @Gate('course', staffOfExam)
  @ApiOperation({ summary: 'An exam with its settings and the numbers of attempts, for staff of its course' })
  @Answers(200, courseExam)
  async getCourseExam(@Loaded() found: Exam | undefined) {
    return this.json((await listedExam(this.database, existing(found).id))!);
  }

  @Get('exams/:examId/changes')
  @Gate('course', staffOfExam)
  @ApiOperation({ summary: "How an exam's settings and review policy changed, when and by whom; the newest first" })
  @Answers(200, examChanges)
  async listExamChanges(@Loaded() found: Exam | undefined) {
    const { id } = existing(found);
    const events = (await this.events.read(examStream(id))) as RecordedEvent<ExamEvent>[];
    const userIds = events.flatMap(({ metadata: { actor } }) => (actor.kind === 'user' ? actor.userId : []));
    const nameOf = await usernamesOf(this.database, userIds);
    return { exam_id: id, results: changesOfExam(events, nameOf).toReversed() };
  }

  private json(exam: ListedExam) {
    const { settings } = this.configuration;
    const supportsOnboarding = configuredProvider(settings, exam.backend)?.supportsOnboarding ?? false;
    return {
      ...examJson(exam),
      type: examTypeOf(exam, supportsOnboarding),
      provider: exam.isProctored ? providerNameOf(settings, exam.backend) : null,
      review_policy: exam.reviewPolicy,
      attempts: exam.attempts,
      running: exam.running,
      waiting_for_review: exam.waiting,
    };
  }
}
