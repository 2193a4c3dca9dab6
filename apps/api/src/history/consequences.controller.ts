import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type CommandTree, consequencesOf } from '#audit';
import { Database } from '#connections';
import { EventStore, eventById, type RecordedEvent } from '#event-store';
import type { Caller } from '#roster';
import type { AttemptStream } from '../attempts/staff-of-attempt.js';
import { type Addressed, CurrentUser, Gate, hasRights, Loaded } from '../auth/authentication.js';
import { Answers } from '../document/answers.js';
import { existing } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { auditor, auditorsOfAttempt, eventsOf } from './auditors.js';
import { consequences } from './consequences.answers.js';

const auditorsOfEvent = {
  ...auditor,
  loads: ({ database, params }: Addressed) => eventById(database, params.eventId),
  courses: ({ loaded }: Addressed) => loaded?.metadata.courseId,
};

/** Causes and consequences of events, for auditors and course staff. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class ConsequencesController {
  constructor(
    private readonly events: EventStore,
    private readonly database: Database,
  ) {}

  @Get('events/:eventId/consequences')
  @Gate('course', { ...auditorsOfEvent, logs: 'always' })
  @ApiOperation({
    summary: 'The command that led to an event, its other events, and the delivery of all that followed',
  })
  @Answers(200, consequences)
  async getEventConsequences(@Loaded() event: RecordedEvent | undefined, @CurrentUser() user: Caller) {
    const found = existing(event);
    return this.shown([found], user, found.metadata.courseId);
  }

  @Get('attempts/:attemptId/consequences')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: 'The commands that changed an attempt, their events, and the delivery of all that followed',
  })
  @Answers(200, consequences)
  async getAttemptConsequences(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @CurrentUser() user: Caller,
  ) {
    return this.shown(await eventsOf(this.events, attemptId, found), user, found?.courseId);
  }

  /** Course staff see the events of their course alone. */
  private async shown(events: readonly RecordedEvent[], user: Caller, courseId?: string) {
    const isAuditor = hasRights(user, auditor.scopes);
    return { commands: (await consequencesOf(this.database, events, isAuditor ? undefined : courseId)).map(asJson) };
  }
}

const asJson = ({ commandId, requestId, actor, events }: CommandTree) => ({
  command_id: commandId,
  request_id: requestId,
  actor,
  events: events.map(({ event, consequences }) => ({
    event_id: event.id,
    type: event.type,
    stream: event.stream,
    version: event.version,
    position: `${event.generation}.${event.xid}.${event.position}`,
    recorded_at: event.recordedAt,
    consequences: consequences.map(({ receipts, ...consequence }) => ({
      ...consequence,
      receipts: receipts.map(({ topic, partition, offset, ceId, publishedAt }) => ({
        ...{ topic, partition, offset, ce_id: ceId, published_at: publishedAt },
      })),
    })),
  })),
});
