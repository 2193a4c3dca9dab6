import { Injectable } from '@nestjs/common';
import { learnerAtExamOf, learnerAtExamStream, type ReadableEntry, readableTimeline } from '#commands';
import { Database } from '#connections';
import type { Appeal, LearnerAtExamEvent } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { existing } from '../http/http-answer.js';
import { appealJson } from './appeals.answers.js';

type Attempt = { id: number; examId: number; userId: number };

/** Reads timelines and appeals from the stream of an attempt, with the reasons decrypted. */
@Injectable()
export class AttemptTimelines {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  async timeline(attempt: Attempt): Promise<ReadableEntry[]> {
    return readableTimeline(this.database, attempt, await this.events.read(learnerAtExamStream(attempt)), attempt.id);
  }

  /** The event of the first submission. @throws NotFoundException if the attempt was not submitted */
  async submission({ id, ...learner }: Attempt): Promise<RecordedEvent> {
    const history = (await this.events.read(learnerAtExamStream(learner))) as RecordedEvent<LearnerAtExamEvent>[];
    return existing(history.find(({ type, data }) => type === 'AttemptSubmitted' && data.attemptId === id));
  }

  /** @throws NotFoundException if nobody appealed */
  async appeal(attempt: Attempt) {
    const history = await this.events.read(learnerAtExamStream(attempt));
    const appeal = lastAppeal(attempt, history);
    return appealJson(attempt.id, appeal, await readableTimeline(this.database, attempt, history, attempt.id));
  }

  /** The same without the reasons, which no key has to decrypt. */
  async appealWithoutReasons(attempt: Attempt): Promise<Appeal> {
    return lastAppeal(attempt, await this.events.read(learnerAtExamStream(attempt)));
  }
}

const lastAppeal = ({ id }: Attempt, history: readonly RecordedEvent[]): Appeal =>
  existing(learnerAtExamOf(history).appeals[id]);
