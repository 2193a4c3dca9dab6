import { Controller, Get, Headers, Param, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { endOfLog } from '#event-store';
import { runningAttempts } from '#read-models';
import { isCourseStaff } from '#roster';
import { rowCounter } from '../access/access-note.js';
import { Authentication, Gate, hasRights } from '../auth/authentication.js';
import { Answers, Refuses } from '../document/answers.js';
import { text } from '../document/schemas.js';
import { AnswersList, AsCsv, csvFile } from '../http/exports.js';
import { BoardStates } from './board-states.js';
import { ChangeStream } from './change-stream.js';
import { CourseChanges } from './course-changes.js';
import { positionIn, positionText } from './positions.js';
import {
  changeMessages,
  fileColumns,
  runningAttemptJson,
  runningAttemptLine,
  runningAttemptsSchema,
} from './running-attempts.answers.js';

/** Course staff watch the attempts that run now. */
@ApiTags('attempts')
@Controller('api/exams/v1/courses/:courseId/running-attempts')
export class RunningAttemptsController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly configuration: Configuration,
    private readonly states: BoardStates,
    private readonly changes: CourseChanges,
    private readonly authentication: Authentication,
  ) {}

  @Get()
  @Gate('course', { logs: 'always', csv: true })
  @ApiOperation({
    summary: 'The attempts of a course that run, that are set up, or that ended a short while ago',
  })
  @AnswersList(runningAttemptsSchema)
  async listRunningAttempts(@Param('courseId') courseId: string, @AsCsv() asCsv: boolean) {
    const at = this.clock.now();
    // The position comes first: what changes while the attempts are read is read again.
    const position = positionText(await endOfLog(this.database));
    const [state, attempts] = await Promise.all([
      this.states.of(courseId),
      runningAttempts(this.database, courseId, at),
    ]);
    const { criticallyLowThresholdPct } = this.configuration.settings;
    const rows = attempts.map((attempt) => runningAttemptJson(attempt, criticallyLowThresholdPct));
    if (asCsv) return csvFile(`running-attempts ${courseId}`, fileColumns, [rows.map(runningAttemptLine)]);
    rowCounter()(attempts.length);
    return { position, at, ...state, attempts: rows };
  }

  @Get('changes')
  @Gate('course', { logs: 'always', isStream: true })
  @ApiOperation({
    summary: 'What changes about them, as server-sent events',
    description:
      'Begins behind `Last-Event-ID`. Messages may repeat what the reader knows. After `reload` the reader lists the attempts ' +
      'again. The stream ends when the login expires, when the right is withdrawn and when the process ends.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: text,
    description: 'The position of the list, or the last id of the stream',
  })
  @Answers(200, changeMessages, { type: 'text/event-stream' })
  @Refuses(429)
  watchRunningAttempts(
    @Param('courseId') courseId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const mayRead = async () => {
      const user = await this.authentication.callerOf(request);
      return user !== undefined && (hasRights(user) || isCourseStaff(this.database, user.userId, courseId));
    };
    const stream = new ChangeStream(request.user!.userId, courseId, positionIn(lastEventId), mayRead);
    this.changes.add(stream);
    // Also ends the stream of a HEAD request, which nobody reads.
    reply.raw.once('close', () => stream.destroy());
    reply.headers({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    return new StreamableFile(stream, { type: 'text/event-stream' });
  }
}
