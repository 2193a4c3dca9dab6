import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type LogPage, type LogSearch, searchLog } from '#audit';
import { Database } from '#connections';
import { limits } from '#domain';
import { type Caller, coursesOfStaff } from '#roster';
import { noteObject, noteSubject } from '../access/access-note.js';
import { type Addressed, CurrentUser, Gate, hasRights, Loaded } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { idNumber, oneOf, text, time } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { refuseLong } from '../http/path-parameters.js';
import { Client } from '../http/time-limits.js';
import { idIn } from '../requests/ids.js';
import { timeCursor, timeCursorIn, timeIn, wordIn } from '../requests/queries.js';
import { auditor } from './auditors.js';
import { Downloads } from './downloads.js';
import { eventTypes, foundEvents } from './history.answers.js';

const pageSize = 50;
const exportedAtOnce = 1_000;
const columns = [
  ...(['recordedAt', 'type', 'stream', 'version', 'metadata', 'data'] as const),
  ...(['id', 'generation', 'xid', 'position', 'schemaVersion', 'hash'] as const),
];
const actor = '^(user:\\d{1,15}|(provider|operator):.{1,255}|clock|lms)$';

/** Staff of the course of the query, or of any course, if the query names none. */
const staffOfAskedCourses = {
  loads: async ({ database, caller, query }: Addressed) =>
    query.course_id ? [query.course_id] : coursesOfStaff(database, caller.userId),
  courses: ({ loaded }: Addressed) => loaded,
};

type Asked = Record<string, string | undefined>;

/** Search in the log. */
@ApiTags('audit')
@Controller('api/audit/v1/events/search')
export class LogSearchController {
  constructor(
    private readonly database: Database,
    private readonly downloads: Downloads,
  ) {}

  @Get()
  @Gate('course', { ...auditor, ...staffOfAskedCourses, logs: 'always', csv: true })
  @ApiOperation({
    summary: 'The events that fit, the newest first, in pages; as CSV all of them',
    description: 'Course staff find the events of their courses.',
  })
  @AnswersList(foundEvents)
  @QueryParam('attempt_id', idNumber, 'Only events of this attempt')
  @QueryParam('user_id', idNumber, 'Only events about this learner')
  @QueryParam('exam_id', idNumber, 'Only events of this exam')
  @QueryParam('course_id', { ...text, maxLength: limits.name }, 'Only events of this course')
  @QueryParam('type', oneOf(...eventTypes))
  @QueryParam('actor', { ...text, pattern: actor }, 'Who did it: `user:7`, `provider:…`, `operator:…`, `clock`, `lms`')
  @QueryParam('request_id', text, 'Only events that this request led to')
  @QueryParam('from', time, 'Only events that were recorded at this time or later')
  @QueryParam('until', time, 'Only events that were recorded before this time')
  @QueryParam('after', timeCursor, '`next` of the page before')
  async searchEvents(
    @Query() query: Asked,
    @CurrentUser() user: Caller,
    @Loaded() courses: string[],
    @AsCsv() asCsv: boolean,
    @Client() signal: AbortSignal,
  ) {
    const search = searchIn(query, user, courses);
    const after = timeCursorIn(query.after);
    if (asCsv) return csvFile('events', columns, this.pagesOf(search, after, signal));
    const { events, next } = await searchLog(this.database, search, { after, limit: pageSize });
    return { results: events, next };
  }

  private async *pagesOf(search: LogSearch, from: string | undefined, signal: AbortSignal) {
    let after: string | null | undefined = from;
    while (after !== null) {
      signal.throwIfAborted();
      const page: LogPage = await searchLog(this.downloads.pages, search, { after, limit: exportedAtOnce });
      yield page.events;
      after = page.next;
    }
  }
}

/** The search in a query. The access log gets its objects. @throws HttpAnswer with status 400 */
function searchIn(query: Asked, user: Caller, courses: readonly string[]): LogSearch {
  const { course_id, type, actor: by, request_id: requestId } = query;
  refuseLong({ course_id }, limits.name);
  if (by !== undefined && !new RegExp(actor).test(by)) throw refused(400, 'actor: not an actor.');
  const search = {
    courseIds: course_id || !hasRights(user, auditor.scopes) ? courses : undefined,
    attemptId: idIn(query.attempt_id, 'attempt_id'),
    userId: idIn(query.user_id, 'user_id'),
    examId: idIn(query.exam_id, 'exam_id'),
    ...{ type: wordIn(type, eventTypes, 'type'), actor: by, requestId },
    from: timeIn(query.from, 'from'),
    until: timeIn(query.until, 'until'),
  };
  if (search.attemptId !== undefined) noteObject('attempt', search.attemptId);
  if (search.examId !== undefined) noteObject('exam', search.examId);
  if (search.userId !== undefined) noteSubject(search.userId);
  for (const courseId of search.courseIds ?? []) noteObject('course', courseId);
  return search;
}
