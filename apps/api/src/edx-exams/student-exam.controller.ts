import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { FactFinder, latestLearnerAtExam } from '#commands';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { additionalMinutesOf, type Exam, isReached } from '#domain';
import { EventStore } from '#event-store';
import { configuredProvider } from '#providers';
import { configurationOfCourse, currentAttemptAt, examByContent } from '#read-models';
import type { Caller } from '#roster';
import { examOfSequence } from '../attempts/attempts.answers.js';
import { SequenceExams } from '../attempts/sequence-exams.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { Surface } from '../auth/surfaces.js';
import { Answers } from '../document/answers.js';
import { either, emptyObject, failure, flag, integer, object, orNull, text } from '../document/schemas.js';
import { edxExam, edxExamJson } from './exam.answers.js';
import { studentAttempt } from './student-attempt.answers.js';
import { StudentAttempts } from './student-attempts.js';

const examWithAttempt = object('StudentExam', {
  ...edxExam.properties,
  type: text,
  is_proctored: flag,
  is_practice_exam: flag,
  backend: orNull(text),
  passed_due_date: flag,
  total_time: integer,
  attempt: either(studentAttempt, emptyObject),
});
const exam = either(examWithAttempt, examOfSequence.properties!.exam!);

/** The learning front end asks this before it shows a sequence (edx-exams.md §5.11). */
@ApiTags('attempts')
@Controller('api/v1/student/exam/attempt/course_id/:courseId/content_id/:contentId')
@Surface('edx-exams')
export class StudentExamController {
  constructor(
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
    private readonly facts: FactFinder,
    private readonly attempts: StudentAttempts,
    private readonly sequences: SequenceExams,
  ) {}

  @Get()
  @Gate('login', { priority: 'start', logs: 'refusals' })
  @ApiOperation({ summary: "A sequence's exam with the caller's attempt" })
  @Answers(200, object('StudentExamAnswer', { exam }))
  @Answers(502, failure)
  async getStudentExam(
    @Param('courseId') courseId: string,
    @Param('contentId') contentId: string,
    @CurrentUser() me: Caller,
  ) {
    const at = this.clock.now();
    const found = await examByContent(this.database, courseId, contentId);
    const { provider } = await configurationOfCourse(this.database, courseId);
    if (!found || (provider !== null && !found.isActive)) return { exam: {} };
    return { exam: provider === null ? await this.legacyExam(found, me, at) : await this.exam(found, me, at) };
  }

  private async exam(found: Exam, me: Caller, at: string) {
    const learner = { examId: found.id, userId: me.userId };
    const [facts, { allowances }, newest] = await Promise.all([
      this.facts.of(found.id, me.userId),
      latestLearnerAtExam(this.events, learner),
      currentAttemptAt(this.database, found.id, me.userId),
    ]);
    const attempt = await this.attempts.seen(newest, at);
    const shown = edxExamJson(found);
    const provider =
      found.backend === null ? undefined : configuredProvider(this.configuration.settings, found.backend);
    return {
      ...shown,
      type: shown.exam_type,
      is_proctored: found.isProctored,
      is_practice_exam: found.isPracticeExam,
      backend: provider?.verboseName ?? null,
      passed_due_date: isReached(facts.dueAt, at),
      total_time: found.timeLimitMins + additionalMinutesOf(allowances),
      attempt: attempt ? await this.attempts.jsonOf(attempt, at) : {},
    };
  }

  /** Courses without an LTI tool are answered as edx-proctoring does (edx-exams.md §6). */
  private async legacyExam(found: Exam, me: Caller, at: string) {
    const active = await this.sequences.activeAttempt(me.userId, me, at);
    return this.sequences.of(found, me.userId, active, me, at, false);
  }
}
