import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Checkpoint, EventStore, replay } from '#event-store';
import type { AttemptStream } from '../attempts/staff-of-attempt.js';
import { Gate, Loaded } from '../auth/authentication.js';
import { integer, text } from '../document/schemas.js';
import { type ExportQuery, Exports, exported } from '../http/exports.js';
import { refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { auditor, auditorsOfAttempt, eventsOf } from './auditors.js';
import { Downloads } from './downloads.js';
import { attemptEvent, logEvent } from './history.answers.js';

/** Without a generation, the position is in the first one. */
const positionPattern = /^(?:(\d{1,9})\.)?(\d{1,19})\.(\d{1,18})$/;

const columns = [
  ...['cursor', 'generation', 'xid', 'position', 'stream', 'version', 'recordedAt', 'type', 'schemaVersion', 'id'],
  ...['hash', 'data', 'metadata'],
];

/** Exports of the events as they are in the log. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class EventsController {
  constructor(
    private readonly downloads: Downloads,
    private readonly events: EventStore,
  ) {}

  @Get('events')
  @Gate('staff', { ...auditor, logs: 'export' })
  @ApiOperation({ summary: 'The whole log in order, one event a line; to continue, give the last position as `after`' })
  @Exports(
    { ...text, pattern: positionPattern.source, description: '<generation>.<xid>.<position> of an event' },
    logEvent,
  )
  exportLog(@Client() signal: AbortSignal, @Query() query: ExportQuery) {
    const found = positionPattern.exec(query.after ?? '0.0.0');
    if (!found) throw refused(400, 'after: not <generation>.<xid>.<position>.');
    const [, generation = '1', xid = '0', position = '0'] = found;
    const after = { generation: Number(generation), xid, position };
    return exported(replay(this.downloads.log, { after, signal }), columns, query, cursorOf);
  }

  @Get('attempts/:attemptId/events')
  @Gate('course', { ...auditorsOfAttempt, logs: 'export' })
  @ApiOperation({ summary: "An attempt's events, one a line; to continue, give the last version as `after`" })
  @Exports({ ...integer, minimum: 0, maximum: 999_999_999 }, attemptEvent)
  async exportAttemptEvents(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @Query() query: ExportQuery,
  ) {
    const { after = '0' } = query;
    if (!/^\d{1,9}$/.test(after)) throw refused(400, 'after: not a version.');
    const history = await eventsOf(this.events, attemptId, found);
    const events = history.filter(({ version }) => version > Number(after));
    return exported([events], columns, query, ({ version }) => String(version));
  }
}

const cursorOf = ({ generation, xid, position }: Checkpoint) => `${generation}.${xid}.${position}`;
