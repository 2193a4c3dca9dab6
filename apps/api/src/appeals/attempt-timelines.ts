import { Injectable, NotFoundException } from '@nestjs/common';
import { learnerAtExamOf, learnerAtExamStream, type ReadableEntry, readableTimeline } from '#commands';
import { Database } from '#connections';
import { EventStore } from '#event-store';
import { appealJson } from './appeals.answers.js';

type Place = { id: number; examId: number; userId: number };

/** Reads timelines and appeals from the stream of an attempt, with the reasons decrypted. */
@Injectable()
export class AttemptTimelines {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
  ) {}

  async timeline(attempt: Place): Promise<ReadableEntry[]> {
    return readableTimeline(this.database, attempt, await this.events.read(learnerAtExamStream(attempt)), attempt.id);
  }

  /** @throws NotFoundException where nobody appealed */
  async appeal(attempt: Place) {
    const history = await this.events.read(learnerAtExamStream(attempt));
    const appeal = learnerAtExamOf(history).appeals[attempt.id];
    if (!appeal) throw new NotFoundException();
    return appealJson(attempt.id, appeal, await readableTimeline(this.database, attempt, history, attempt.id));
  }
}
