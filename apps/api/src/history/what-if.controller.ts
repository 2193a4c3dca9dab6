import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type OtherPolicy, whatIf, whatIfColumns } from '#audit';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { limits, type ReviewStatus, reviewStatusOf } from '#domain';
import { Gate } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { integer, oneOf, text } from '../document/schemas.js';
import { type ExportQuery, Exports, exported } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { auditor } from './auditors.js';
import { Downloads } from './downloads.js';
import { listCursor, whatIfLine } from './lists.answers.js';
import { listCursorIn } from './queries.js';

type PolicyQuery = Record<'second_review' | 'passing' | 'limit_minutes' | 'timed_out', string | undefined>;

/** Outcomes under another policy, for auditors and course staff. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class WhatIfController {
  constructor(
    private readonly downloads: Downloads,
    private readonly configuration: Configuration,
    private readonly clock: Clock,
  ) {}

  @Get('courses/:courseId/what-if')
  @Gate('course', { ...auditor, logs: 'export' })
  @ApiOperation({
    summary: 'The attempts of a course that would be different now under another policy; changes nothing',
  })
  @Exports(listCursor, whatIfLine)
  @QueryParam('second_review', oneOf('true', 'false'), 'Whether a rejection needs a second review')
  @QueryParam('passing', text, `Review statuses that verify an attempt: ${Object.values(reviewStatusOf).join(', ')}`)
  @QueryParam('limit_minutes', { ...integer, minimum: 1, maximum: limits.minutes }, "The exams' time limit")
  @QueryParam('timed_out', oneOf('true', 'false'), 'Whether an attempt whose time is over stays `timed_out`')
  exportWhatIf(
    @Param('courseId') courseId: string,
    @Query() query: ExportQuery & PolicyQuery,
    @Client() signal: AbortSignal,
  ) {
    const options = { at: this.clock.now(), after: listCursorIn(query), signal };
    const rows = whatIf(this.downloads.pages, this.configuration, courseId, policyIn(query), options);
    return exported(rows, whatIfColumns, query);
  }
}

function policyIn({ second_review, passing, limit_minutes, timed_out }: PolicyQuery): OtherPolicy {
  if ([second_review, passing, limit_minutes, timed_out].every((rule) => rule === undefined))
    throw refused(400, 'Give a rule: second_review, passing, limit_minutes or timed_out.');
  return {
    requiresSecondReview: flagIn('second_review', second_review),
    passingStatuses: passing === undefined ? undefined : statusesIn(passing),
    timeLimitMins: limit_minutes === undefined ? undefined : minutesIn(limit_minutes),
    keepsTimedOutState: flagIn('timed_out', timed_out),
  };
}

function flagIn(name: string, given: string | undefined): boolean | undefined {
  if (given !== undefined && given !== 'true' && given !== 'false') throw refused(400, `${name}: not true or false.`);
  return given === undefined ? undefined : given === 'true';
}

function statusesIn(given: string): ReviewStatus[] {
  const known: readonly string[] = Object.values(reviewStatusOf);
  const statuses = given.split(',').filter((status) => status !== '');
  if (statuses.some((status) => !known.includes(status)))
    throw refused(400, `passing: not a list of ${known.join(', ')}.`);
  return statuses as ReviewStatus[];
}

function minutesIn(given: string): number {
  if (/^\d{1,9}$/.test(given) && Number(given) >= 1 && Number(given) <= limits.minutes) return Number(given);
  throw refused(400, `limit_minutes: not a whole number from 1 to ${limits.minutes}.`);
}
