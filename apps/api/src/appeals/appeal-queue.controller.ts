import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { appealQueue, appealStates } from '#commands';
import { Database, type PageOf } from '#connections';
import { EventStore } from '#event-store';
import { type Caller, usernamesOf } from '#roster';
import { noteSubject } from '../access/access-note.js';
import { CurrentUser, Gate } from '../auth/authentication.js';
import { QueryParam } from '../document/answers.js';
import { idNumber, oneOf, pageNumber } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { allLines, requestedPage } from '../http/page.js';
import { idIn } from '../requests/ids.js';
import { wordIn } from '../requests/queries.js';
import { appealQueueSchema, queuedAppealJson } from './appeals.answers.js';

type QueueQuery = { state?: string; exam_id?: string; page?: string };

/** The appeals of a course that wait for an answer, and those that have one. */
@ApiTags('appeals')
@Controller('api/exams/v1/courses/:courseId/appeals')
export class AppealQueueController {
  constructor(
    readonly database: Database,
    readonly events: EventStore,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({
    summary: "A course's appeals, 25 a page; as CSV all. The open ones come first, by the promised day of the answer",
  })
  @AnswersList(appealQueueSchema)
  @QueryParam('state', oneOf(...appealStates), 'Both if absent')
  @QueryParam('exam_id', idNumber, 'Only appeals at this exam')
  @QueryParam('page', pageNumber, '25 appeals each')
  async listAppeals(
    @Param('courseId') courseId: string,
    @Query() { state, exam_id, page }: QueueQuery,
    @CurrentUser() { userId: staffId }: Caller,
    @AsCsv() asCsv: boolean,
  ) {
    const filter = {
      staffId,
      state: wordIn(state || undefined, appealStates, 'state'),
      examId: idIn(exam_id || undefined, 'exam_id'),
    };
    const read = async (pageOf: PageOf) => {
      const { count, appeals } = await appealQueue(this, courseId, filter, pageOf);
      noteSubject(...appeals.map(({ userId }) => userId));
      const answerers = appeals.flatMap(({ answer }) => answer?.answeredBy ?? []);
      const nameOf = await usernamesOf(this.database, answerers);
      return { count, results: appeals.map((appeal) => queuedAppealJson(appeal, nameOf)) };
    };
    return asCsv ? csvFile(`appeals ${courseId}`, columns, allLines(read, rowOf)) : requestedPage(page, read);
  }
}

const rowOf = ({
  exam,
  user,
  answer,
  attempt_id,
  status,
  made_at,
  answer_by,
}: ReturnType<typeof queuedAppealJson>) => ({
  ...{ attempt_id, username: user.username, email: user.email, exam: exam.exam_name, status, made_at, answer_by },
  upheld: answer?.upheld ?? null,
  answered_at: answer?.at ?? null,
  answered_by: answer?.answered_by ?? null,
});

const columns = [
  ...(['attempt_id', 'username', 'email', 'exam', 'status', 'made_at', 'answer_by'] as const),
  ...(['upheld', 'answered_at', 'answered_by'] as const),
];
