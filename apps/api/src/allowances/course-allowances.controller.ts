import { applyDecorators, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database, type PageOf } from '#connections';
import {
  additionalMinutesAfter,
  additionalMinutesOf,
  allowanceEffectOf,
  limits,
  minutesOfLearner,
  type Origin,
} from '#domain';
import {
  type AllowanceRecord,
  allowancesAt,
  allowancesByLearner,
  enrolledUsers,
  examsByIds,
  newestAttempts,
} from '#read-models';
import type { Caller } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { CurrentOrigin } from '../auth/origin.js';
import { Answers, JsonRequestBody, QueryParam } from '../document/answers.js';
import { idNumber, pageNumber, text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { allLines, requestedPage } from '../http/page.js';
import { Client } from '../http/time-limits.js';
import { longBody } from '../requests/body.js';
import { idIn } from '../requests/ids.js';
import { ValidBody } from '../requests/validated.js';
import { learnerJson } from '../roster/roster.schemas.js';
import { AllowanceGrants } from './allowance-grants.js';
import { allowanceAtExam } from './allowance-values.js';
import {
  allowanceOfLearnerJson,
  allowancesPage,
  allowancesPreview,
  examOfAllowanceJson,
  grantedAllowances,
} from './allowances.answers.js';
import { CourseAllowancesRequest } from './allowances.requests.js';
import { Learners } from './learners.js';

type ListQuery = { search?: string; exam_id?: string; page?: string };

const columns = [
  ...(['username', 'email', 'full_name', 'exam_id', 'exam_name', 'time_limit_mins'] as const),
  ...(['key', 'value', 'created', 'modified'] as const),
];

const ForMany = () =>
  applyDecorators(
    HttpCode(200),
    Gate('course', { logs: 'always', largestBody: longBody }),
    JsonRequestBody(CourseAllowancesRequest),
  );

/** Allowances of a course by learner, and a bulk grant that says what it would do, and what became of each allowance. */
@ApiTags('allowances')
@Controller('api/exams/v1/courses/:courseId/allowances')
export class CourseAllowancesController {
  constructor(
    private readonly grants: AllowanceGrants,
    private readonly learners: Learners,
    private readonly database: Database,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({ summary: "A course's allowances, grouped by learner, in the order of user names" })
  @AnswersList(allowancesPage)
  @QueryParam('search', text, 'A part of the user name, e-mail or full name')
  @QueryParam('exam_id', idNumber, 'Only allowances at this exam')
  @QueryParam('page', pageNumber, '25 learners each')
  async listAllowancesByLearner(
    @Param('courseId') courseId: string,
    @Query() { search = '', exam_id, page }: ListQuery,
    @AsCsv() asCsv: boolean,
  ) {
    const filter = { search, examId: idIn(exam_id || undefined, 'exam_id') };
    const read = async (pageOf: PageOf) => {
      const { count, learners } = await allowancesByLearner(this.database, courseId, filter, pageOf);
      const results = learners.map((allowances) => ({
        learner: learnerJson(allowances[0]!.user),
        allowances: allowances.map(allowanceOfLearnerJson),
      }));
      return { count, results };
    };
    if (!asCsv) return requestedPage(page, read);
    const lines = allLines(read, ({ learner, allowances }) => allowances.map((each) => ({ ...learner, ...each })));
    return csvFile(`allowances ${courseId}`, columns, lines);
  }

  @Post('preview')
  @ForMany()
  @ApiOperation({ summary: 'What a bulk grant of allowances would do. Nothing is written' })
  @Answers(200, allowancesPreview)
  async previewAllowances(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: CourseAllowancesRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() { key }: Origin,
  ) {
    // The answer has names and would be stored.
    if (key !== undefined) throw refused(400, 'A preview writes nothing, so it takes no Idempotency-Key.');
    const { allowance_type: type } = request;
    const { exams, granted, people } = await this.read(request, courseId, me);
    const userIds = [...new Set(people.flatMap(({ user }) => user?.id ?? []))];
    const examIds = exams.map(({ id }) => id);
    const enrolled = await enrolledUsers(this.database, courseId, userIds);
    const attemptAt = await newestAttempts(this.database, examIds, userIds);
    const existing = byPair(await allowancesAt(this.database, examIds, userIds));

    const allowances = exams.flatMap((exam) =>
      userIds.map((userId) => {
        const allowance = granted(exam);
        const before = existing.get(`${exam.id} ${userId}`) ?? [];
        const attempt = attemptAt(exam.id, userId);
        const additional = additionalMinutesOf(before);
        const after = additionalMinutesAfter(type, additional, allowance.value);
        return {
          exam_id: exam.id,
          user_id: userId,
          ...allowance,
          replaces: before.find((each) => each.key === allowance.key)?.value ?? null,
          minutes_before: minutesOfLearner(exam.timeLimitMins, additional, attempt),
          minutes_after: minutesOfLearner(exam.timeLimitMins, after, attempt),
          effect: allowanceEffectOf(type, attempt),
          attempt: attempt ? { id: attempt.id, status: attempt.status } : null,
        };
      }),
    );
    return {
      exams: exams.map(examOfAllowanceJson),
      learners: people.map(({ asked, user }) => ({
        asked,
        learner: user ? learnerJson(user) : null,
        is_enrolled: user !== undefined && enrolled.has(user.id),
      })),
      allowances,
    };
  }

  @Post()
  @ForMany()
  @ApiOperation({ summary: 'Grant the same allowance to several learners at several exams of a course' })
  @Answers(200, grantedAllowances)
  async grantCourseAllowances(
    @Param('courseId') courseId: string,
    @ValidBody('detail') request: CourseAllowancesRequest,
    @CurrentUser() me: Caller,
    @CurrentOrigin() by: Origin,
    @Client() client: AbortSignal,
  ) {
    const { exams, granted, people } = await this.read(request, courseId, me);
    for (const { id } of exams) noteObject('exam', id);
    const results: { exam_id: number; learner_index: number; user_id: number | null; problem: string | null }[] = [];
    for (const exam of exams)
      for (const { index, user } of people) {
        client.throwIfAborted();
        const refusal = user && (await this.grants.grant(exam.id, user.id, granted(exam), by));
        const problem = user ? (refusal?.code ?? null) : 'user_not_found';
        results.push({ exam_id: exam.id, learner_index: index, user_id: user?.id ?? null, problem });
      }
    const failed = results.filter(({ problem }) => problem !== null).length;
    return { granted: results.length - failed, failed, results };
  }

  /** The exams of the course and the people that a request names, and the allowance at each exam. */
  private async read(request: CourseAllowancesRequest, courseId: string, me: Caller) {
    const { exam_ids, learners, allowance_type: type, value } = request;
    if (exam_ids.length * learners.length > limits.pairs)
      throw refused(400, `learners: At most ${limits.pairs} pairs of exams and learners are allowed.`);
    const granted = allowanceAtExam(type, value);
    const found = await examsByIds(this.database, exam_ids);
    const exams = [...new Set(exam_ids)].map((id) => {
      const exam = found.get(String(id));
      if (exam?.courseId === courseId) return exam;
      throw refused(400, `exam_ids: There is no exam ${id} in this course.`);
    });
    const personOf = await this.learners.peopleOf(learners, [courseId], me);
    const people = [...new Set(learners)].map((asked) => ({
      asked,
      index: learners.indexOf(asked),
      user: personOf(asked, courseId),
    }));
    noteSubject(...new Set(people.flatMap(({ user }) => user?.id ?? [])));
    return { exams, granted, people };
  }
}

/** The allowances of each pair of exam and learner. */
function byPair(allowances: readonly AllowanceRecord[]) {
  const pairs = new Map<string, AllowanceRecord[]>();
  for (const allowance of allowances) {
    const pair = `${allowance.exam.id} ${allowance.user.id}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), allowance]);
  }
  return pairs;
}
