import { Controller, Get, Post } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { FactFinder } from '#commands';
import { Database } from '#connections';
import { secondsOfExamAccess } from '#domain';
import { attemptAtGeneration, examById, generationById } from '#read-models';
import type { Caller } from '#roster';
import { type Addressed, CurrentUser, Gate, isStaffOf } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers } from '../document/answers.js';
import { refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { examAccessToken } from './exam-access-tokens.answers.js';
import { ExamAccessTokens } from './exam-access-tokens.js';

@ApiTags('attempts')
@Controller('api/v1/access_tokens/exam_id/:examId')
@Surface('edx-exams')
export class ExamAccessTokensController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly facts: FactFinder,
    private readonly tokens: ExamAccessTokens,
  ) {}

  @Get()
  @Gate('login', { priority: 'poll', logs: 'refusals' })
  @ApiOperation({ summary: 'A token with which the LMS shows the content of an exam to the caller' })
  @Answers(200, examAccessToken)
  async getExamAccessToken(@WholeNumber('examId') examId: string, @CurrentUser() me: Caller) {
    const exam = await generationById(this.database, examId);
    if (!exam) throw refused(404, 'Exam does not exist');
    const [isStaff, attempt, { dueAt }, current] = await Promise.all([
      isStaffOf(this.database, me, exam.courseId),
      attemptAtGeneration(this.database, exam, me.userId),
      this.facts.of(exam.examId, me.userId),
      examById(this.database, exam.examId),
    ]);
    // All generations have the same content, so the dates of the current one decide who may look back.
    if (!isStaff && !exam.isCurrent && !attempt) throw notGranted();
    const { hideAfterDue } = current!;
    const seconds = secondsOfExamAccess({ isStaff, attempt, exam: { dueAt, hideAfterDue }, at: this.clock.now() });
    if (seconds === undefined) throw notGranted();
    return {
      exam_access_token: await this.tokens.tokenFor(me.userId, exam, seconds),
      exam_access_token_expiration: seconds,
    };
  }

  /** Learners have no right to other methods, so they are refused before the method is (edx-exams.md §1.4). */
  @Post()
  @Gate('course', { courses: courseOfExam, logs: 'always' })
  @ApiExcludeEndpoint()
  noPost() {
    throw refused(405, 'Method "POST" not allowed.', { Allow: 'GET, HEAD, OPTIONS' });
  }
}

const notGranted = () => refused(403, 'Exam access token not granted');

async function courseOfExam({ database, params: { examId } }: Addressed) {
  return (await generationById(database, examId))?.courseId;
}
