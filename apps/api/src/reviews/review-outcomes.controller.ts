import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { type Exam } from '#domain';
import { examsOfCourse, reviewDays, reviewHours, statusCounts } from '#read-models';
import { Gate } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { idNumber } from '../document/schemas.js';
import { providerNameOf } from '../exams/provider-names.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { idIn } from '../requests/ids.js';
import { byDays, outcomesOf } from './outcomes.js';
import { reviewOutcomes } from './review-outcomes.answers.js';

const dayMs = 86_400_000;
const shownDays = 90;

const columns = [
  ...(['exam_id', 'exam_name', 'provider', 'verified', 'rejected', 'second_review', 'waiting', 'error'] as const),
  ...(['oldest_waiting_since', 'reviewed', 'median_hours', 'p90_hours'] as const),
];

/** How the reviews of a course end, and how long they take. */
@ApiTags('providers')
@Controller('api/exams/v1/courses/:courseId/review-outcomes')
export class ReviewOutcomesController {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({
    summary: "The outcomes of a course's proctored attempts by exam and provider, and the times of reviews",
  })
  @AnswersList(reviewOutcomes)
  @QueryParam('exam_id', idNumber, 'Only this exam')
  async getReviewOutcomes(
    @Param('courseId') courseId: string,
    @Query('exam_id') given: string | undefined,
    @AsCsv() asCsv: boolean,
  ) {
    const at = this.clock.now();
    const examId = idIn(given, 'exam_id');
    const all = (await examsOfCourse(this.database, courseId)).filter(({ id }) => id === (examId ?? id));
    const ids = all.map(({ id }) => id);
    const [counts, hours, days] = await Promise.all([
      statusCounts(this.database, ids, at),
      reviewHours(this.database, ids),
      reviewDays(this.database, ids, new Date(Date.parse(at) - shownDays * dayMs).toISOString()),
    ]);
    const exams = all.filter(
      ({ id, isProctored }) => isProctored || counts.some(({ examId: counted }) => counted === id),
    );
    const [countsOf, hoursOf] = [byExam(counts), byExam(hours)];
    const of = (chosen: readonly Exam[]) => outcomesOf(chosen.flatMap(countsOf), chosen.flatMap(hoursOf));
    const providerName = ({ backend }: Exam) => providerNameOf(this.configuration.settings, backend);
    const rows = exams.map((exam) => ({
      ...{ exam_id: exam.id, exam_name: exam.examName, is_active: exam.isActive, provider: providerName(exam) },
      ...of([exam]),
    }));
    if (asCsv) return csvFile(`review-outcomes ${courseId}`, columns, [rows]);
    const providers = [...new Set(exams.map(providerName))].map((provider) => ({
      provider,
      ...of(exams.filter((exam) => providerName(exam) === provider)),
    }));
    return {
      ...{ course_id: courseId, at, total: of(exams), exams: rows, providers },
      waiting_by_days: byDays(counts),
      reviewed_by_days: byDays(hours.map((each) => ({ days: Math.floor(each.hours / 24), attempts: each.attempts }))),
      days,
    };
  }
}

/** The counts of an exam. */
function byExam<Count extends { examId: number }>(counts: readonly Count[]) {
  const grouped = new Map<number, Count[]>();
  for (const count of counts) {
    const before = grouped.get(count.examId);
    if (before) before.push(count);
    else grouped.set(count.examId, [count]);
  }
  return ({ id }: Exam): readonly Count[] => grouped.get(id) ?? [];
}
