import { applyDecorators, Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type ListName, listAsOf, lists, onboardingAsOf, onboardingColumns, type Scope } from '#audit';
import { Clock } from '#clock';
import type { Schema } from '#shapes';
import { Gate } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { text, time } from '../document/schemas.js';
import { type ExportQuery, Exports, exported } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { timeIn } from '../requests/queries.js';
import { auditor } from './auditors.js';
import { Downloads } from './downloads.js';
import { allowanceLine, attemptLine, listCursor, onboardingLine } from './lists.answers.js';
import { listCursorIn } from './queries.js';

type ListQuery = ExportQuery & { at?: string };

const ListAsOf = (line: Schema, summary: string, after: Schema = listCursor) =>
  applyDecorators(
    ApiOperation({ summary }),
    Exports(after, line),
    QueryParam('at', time, 'As it was after all events up to this time; now if absent'),
  );

const OnboardingAsOf = (summary: string) => ListAsOf(onboardingLine, summary, text);

/** Exports of lists as they were at a time, for auditors and course staff. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class ListsController {
  constructor(
    private readonly downloads: Downloads,
    private readonly clock: Clock,
  ) {}

  @Get('courses/:courseId/attempts')
  @Gate('course', { ...auditor, logs: 'export' })
  @ListAsOf(attemptLine, "A course's attempts as of a time")
  exportAttemptsOfCourse(
    @Param('courseId') courseId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    return this.exportList('attempts', { courseId }, query, client);
  }

  @Get('courses/:courseId/allowances')
  @Gate('course', { ...auditor, logs: 'export' })
  @ListAsOf(allowanceLine, "A course's allowances as of a time; encrypted values are left out")
  exportAllowancesOfCourse(
    @Param('courseId') courseId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    return this.exportList('allowances', { courseId }, query, client);
  }

  @Get('users/:userId/attempts')
  @Gate('staff', { ...auditor, logs: 'export' })
  @ListAsOf(attemptLine, "A learner's attempts as of a time, in all courses")
  exportAttemptsOfLearner(
    @WholeNumber('userId') userId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    return this.exportList('attempts', { userId: Number(userId) }, query, client);
  }

  @Get('users/:userId/allowances')
  @Gate('staff', { ...auditor, logs: 'export' })
  @ListAsOf(allowanceLine, "A learner's allowances as of a time, in all courses; encrypted values are left out")
  exportAllowancesOfLearner(
    @WholeNumber('userId') userId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    return this.exportList('allowances', { userId: Number(userId) }, query, client);
  }

  @Get('courses/:courseId/onboarding')
  @Gate('course', { ...auditor, logs: 'export' })
  @OnboardingAsOf(
    "Onboarding of a course's learners as of a time: of those who had tried it, or were approved elsewhere",
  )
  exportOnboardingOfCourse(
    @Param('courseId') courseId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    if (!/^\d{1,15}$/.test(query.after ?? '0')) throw refused(400, 'after: not the cursor of a line.');
    return this.exportOnboarding({ courseId }, query, client);
  }

  @Get('users/:userId/onboarding')
  @Gate('staff', { ...auditor, logs: 'export' })
  @OnboardingAsOf("A learner's onboarding as of a time, in each course where the learner had tried it")
  exportOnboardingOfLearner(
    @WholeNumber('userId') userId: string,
    @Query() query: ListQuery,
    @Client() client: AbortSignal,
  ) {
    return this.exportOnboarding({ userId: Number(userId) }, query, client);
  }

  private exportOnboarding(scope: Scope, query: ListQuery, signal: AbortSignal) {
    const at = timeIn(query.at, 'at') ?? this.clock.now();
    const rows = onboardingAsOf(this.downloads.pages, scope, { at, after: query.after, signal });
    return exported(rows, onboardingColumns, query);
  }

  private exportList(name: ListName, scope: Scope, query: ListQuery, signal: AbortSignal) {
    const after = listCursorIn(query);
    const at = timeIn(query.at, 'at') ?? this.clock.now();
    const rows = listAsOf(this.downloads.pages, name, scope, { at, after, signal });
    return exported(rows, lists[name].columns, query);
  }
}
