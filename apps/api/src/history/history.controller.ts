import { once } from 'node:events';
import { Readable } from 'node:stream';
import { Controller, Get, NotFoundException, type OnApplicationShutdown, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { erasureCertificates } from '#commands';
import { Database, openPool } from '#connections';
import { type Attempt, evolveAttempt, instantOf, isAttemptEvent } from '#domain';
import { type Checkpoint, EventStore, type RecordedEvent, replay } from '#event-store';
import { receiptsOf } from '#integration';
import { columnOf, isRowId, streamOfAttempt } from '#read-models';
import { rowCounter } from '../access/access-note.js';
import { type Addressed, Gate, Loaded } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { integer, text, time } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';
import { Client } from '../http/time-limits.js';
import { WholeNumber } from '../http/whole-number.js';
import { attemptDeliveries, attemptHistory, attemptState, erasures, logEvent } from './history.answers.js';

/** Without a generation, the position is in the first one. */
const positionPattern = /^(?:(\d{1,9})\.)?(\d{1,19})\.(\d{1,18})$/;

/** Only staff of the attempt's course, global staff, or auditors see the history. */
const auditors = {
  scopes: ['audit:read'],
  loads: ({ database, params, caller }: Addressed) => streamOfAttempt(database, params.attemptId, caller.userId),
  courses: ({ loaded }: Addressed) => loaded?.isStaff || loaded?.courseId,
};

type AttemptStream = Awaited<ReturnType<typeof streamOfAttempt>>;

/** The history of attempts, for auditors and course staff. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class HistoryController implements OnApplicationShutdown {
  /** Downloads may be slow, so they have connections of their own. */
  private readonly downloads: Database;

  constructor(
    private readonly events: EventStore,
    private readonly database: Database,
  ) {
    this.downloads = openPool({ ...database.options, password: database.options.password, max: 2 });
  }

  onApplicationShutdown() {
    return this.downloads.end();
  }

  @Get('attempts/:attemptId/history')
  @Gate('course', { ...auditors, logs: 'always' })
  @ApiOperation({ summary: "An attempt's events, and whether their hashes are right" })
  @Answers(200, attemptHistory)
  async getAttemptHistory(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const { stream } = existing(found);
    const { events, problem } = await this.events.readVerified(stream);
    return {
      attempt_id: Number(attemptId),
      stream,
      is_intact: problem === undefined,
      problem: problem ?? null,
      events: eventsOf(attemptId, events),
    };
  }

  @Get('attempts/:attemptId/state')
  @Gate('course', { ...auditors, logs: 'always' })
  @ApiOperation({
    summary: 'The attempt as it was, rebuilt from its events; null before its creation and after its removal',
  })
  @Answers(200, attemptState)
  @QueryParam('at', time, 'After all events up to this time')
  @QueryParam('version', { ...integer, minimum: 0, maximum: 999_999_999 }, 'Of the stream: after this event')
  async getAttemptState(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @Query('at') at?: string,
    @Query('version') version?: string,
  ) {
    if (at !== undefined && !instantOf(at)) throw refused(400, 'at: not an ISO 8601 time.');
    if (version !== undefined && !/^\d{1,9}$/.test(version)) throw refused(400, 'version: not a whole number.');
    const events = eventsOf(attemptId, await this.events.read(existing(found).stream));
    const until = events.filter(
      (event) =>
        (at === undefined || Date.parse(event.data.at) <= Date.parse(at)) &&
        (version === undefined || event.version <= Number(version)),
    );
    const attempt = until.filter(isAttemptEvent).reduce<Attempt | undefined>(evolveAttempt, undefined);
    return {
      attempt_id: Number(attemptId),
      version: until.at(-1)?.version ?? 0,
      state: attempt ? rowOf(attempt) : null,
    };
  }

  @Get('attempts/:attemptId/deliveries')
  @Gate('course', { ...auditors, logs: 'always' })
  @ApiOperation({
    summary: "Topic, partition and offset of each message about the attempt's events, in the order of publishing",
  })
  @Answers(200, attemptDeliveries)
  async listAttemptDeliveries(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const events = eventsOf(attemptId, await this.events.read(existing(found).stream));
    const eventOf = new Map(events.map((event) => [event.id, event]));
    const deliveries = await receiptsOf(this.database, events);
    return {
      attempt_id: Number(attemptId),
      deliveries: deliveries.map(({ eventId, topic, partition, offset, ceId, publishedAt }) => {
        const { type: event_type, version } = eventOf.get(eventId)!;
        return {
          event_id: eventId,
          event_type,
          version,
          topic,
          partition,
          offset,
          ce_id: ceId,
          published_at: publishedAt,
        };
      }),
    };
  }

  @Get('erasures/:userId')
  @Gate('staff', { scopes: ['audit:read'], logs: 'always' })
  @ApiOperation({ summary: "What a learner's retirement destroyed, what remains and why: signed, oldest first" })
  @Answers(200, erasures)
  async listErasures(@WholeNumber('userId') userId: string) {
    const certificates = isRowId(userId) ? await erasureCertificates(this.database, userId) : [];
    if (certificates.length === 0) throw new NotFoundException();
    return { user_id: Number(userId), certificates };
  }

  @Get('events')
  @Gate('staff', { scopes: ['audit:read'], logs: 'export' })
  @ApiOperation({ summary: 'The whole log in order, one event a line; to continue, give the last position as `after`' })
  @Answers(200, { ...text, 'x-line': logEvent }, { type: 'application/x-ndjson' })
  @QueryParam('after', { ...text, pattern: positionPattern.source }, '<generation>.<xid>.<position> of an event')
  async exportLog(@Client() client: AbortSignal, @Query('after') after?: string): Promise<StreamableFile> {
    const found = positionPattern.exec(after ?? '0.0.0');
    if (!found) throw refused(400, 'after: not <generation>.<xid>.<position>.');
    const [, generation = '1', xid = '0', position = '0'] = found;
    const from = { generation: Number(generation), xid, position };
    const lines = Readable.from(this.lines(from, rowCounter(), client));
    // If the database is unreachable, the answer is an error, not a file that breaks off.
    await once(lines, 'readable');
    return new StreamableFile(lines, { type: 'application/x-ndjson' });
  }

  private async *lines(after: Checkpoint, count: (rows: number) => void, signal: AbortSignal) {
    count(0);
    for await (const events of replay(this.downloads, { after, signal })) {
      count(events.length);
      yield events.map((event) => `${JSON.stringify(event)}\n`).join('');
    }
  }
}

function existing(found: AttemptStream) {
  if (!found) throw new NotFoundException();
  return found;
}

const eventsOf = (attemptId: string, history: readonly RecordedEvent<any>[]) =>
  history.filter(({ data }) => data.attemptId === Number(attemptId));

const rowOf = (attempt: Attempt) =>
  Object.fromEntries(Object.entries(attempt).map(([field, value]) => [columnOf(field), value]));
