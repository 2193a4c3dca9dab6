import { Controller, Get, NotFoundException, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type AttemptAt, attemptAt, differencesBetween, eventsOfAttempt, type Moment, momentIn, until } from '#audit';
import { erasureCertificates } from '#commands';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { receiptsOf } from '#integration';
import { coverageOf, trustedCheckpoints } from '#merkle-log';
import { columnsOf, isRowId } from '#read-models';
import type { AttemptStream } from '../attempts/staff-of-attempt.js';
import { Gate, Loaded } from '../auth/authentication.js';
import { Answers, QueryParam } from '../document/answers.js';
import { integer, time } from '../document/schemas.js';
import { existing, refused } from '../http/http-answer.js';
import { WholeNumber } from '../http/whole-number.js';
import { timeIn } from '../requests/queries.js';
import { auditor, auditorsOfAttempt, eventsOf } from './auditors.js';
import {
  attemptDeliveries,
  attemptDifferences,
  attemptHistory,
  attemptState,
  erasures,
  momentText,
} from './history.answers.js';

/** The history of attempts, for auditors and course staff. */
@ApiTags('audit')
@Controller('api/audit/v1')
export class HistoryController {
  constructor(
    private readonly events: EventStore,
    private readonly database: Database,
  ) {}

  @Get('attempts/:attemptId/history')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({ summary: "An attempt's events, and whether they are as they were signed" })
  @Answers(200, attemptHistory)
  async getAttemptHistory(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const { stream } = existing(found);
    const { events: history, problem: ofHashes } = await this.events.readVerified(stream);
    const events = eventsOfAttempt(Number(attemptId), history);
    const checkpoints = await trustedCheckpoints(this.database, this.events);
    const coverage = await coverageOf(this.database, events, checkpoints);
    const problem = ofHashes ?? coverage.problem;
    return {
      attempt_id: Number(attemptId),
      stream,
      is_intact: problem ? false : coverage.coveredToVersion > 0 ? true : null,
      problem: problem ?? null,
      covered_to_version: coverage.coveredToVersion,
      not_covered_since: coverage.notCoveredSince,
      events,
    };
  }

  @Get('attempts/:attemptId/state')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
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
    const asOf = timeIn(at, 'at');
    if (version !== undefined && !/^\d{1,9}$/.test(version)) throw refused(400, 'version: not a whole number.');
    let events = await eventsOf(this.events, attemptId, found);
    if (asOf !== undefined) events = until(events, { at: asOf });
    const state = attemptAt(events, { version: Number(version ?? Number.MAX_SAFE_INTEGER) });
    return { attempt_id: Number(attemptId), ...shown(state) };
  }

  @Get('attempts/:attemptId/diff')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({ summary: 'What changed about the attempt between two moments, field by field, and by which events' })
  @Answers(200, attemptDifferences)
  @QueryParam('from', momentText, 'A version of the stream or a time; before the first event if absent')
  @QueryParam('to', momentText, 'A version of the stream or a time; after the last event if absent')
  async compareAttemptStates(
    @WholeNumber('attemptId') attemptId: string,
    @Loaded() found: AttemptStream,
    @Query('from') from = '0',
    @Query('to') to = '999999999',
  ) {
    const moments = [momentNamed('from', from), momentNamed('to', to)] as const;
    const events = await eventsOf(this.events, attemptId, found);
    const [before, after] = moments.map((moment) => shown(attemptAt(events, moment)));
    const [first, last] = [before!.version, after!.version].sort((one, other) => one - other);
    return {
      attempt_id: Number(attemptId),
      from_version: before!.version,
      to_version: after!.version,
      differences: differencesBetween(before!.state ?? {}, after!.state ?? {}),
      events: events
        .filter(({ version }) => version > first! && version <= last!)
        .map(({ id, version, type, recordedAt, metadata: { actor } }) => ({
          event_id: id,
          version,
          type,
          recorded_at: recordedAt,
          actor,
        })),
    };
  }

  @Get('attempts/:attemptId/deliveries')
  @Gate('course', { ...auditorsOfAttempt, logs: 'always' })
  @ApiOperation({
    summary: "Topic, partition and offset of each message about the attempt's events, in the order of publishing",
  })
  @Answers(200, attemptDeliveries)
  async listAttemptDeliveries(@WholeNumber('attemptId') attemptId: string, @Loaded() found: AttemptStream) {
    const events = await eventsOf(this.events, attemptId, found);
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
  @Gate('staff', { ...auditor, logs: 'always' })
  @ApiOperation({ summary: "What a learner's retirement destroyed, what remains and why: signed, oldest first" })
  @Answers(200, erasures)
  async listErasures(@WholeNumber('userId') userId: string) {
    const certificates = isRowId(userId) ? await erasureCertificates(this.database, userId) : [];
    if (certificates.length === 0) throw new NotFoundException();
    return { user_id: Number(userId), certificates };
  }
}

function momentNamed(name: string, given: string): Moment {
  const moment = momentIn(given);
  if (!moment) throw refused(400, `${name}: neither a version nor an ISO 8601 time.`);
  return moment;
}

const shown = ({ version, attempt }: AttemptAt) => ({ version, state: attempt ? columnsOf(attempt) : null });
