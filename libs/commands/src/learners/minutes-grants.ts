import { Injectable } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { Database } from '#connections';
import { additionalTime, decide, GrantAllowance, learnerAtExam, type Origin } from '#domain';
import { EventStore, nextIds } from '#event-store';
import { informed, metadataOf } from '../attempts/attempt.handler.js';
import { FactFinder } from '../facts.js';
import { learnerAtExamOf, learnerAtExamStream } from '../streams.js';

export type GrantedMinutes = { examId: number; userId: number; minutes: number };

/** Grants learners additional minutes: all of them in one transaction, or none. */
@Injectable()
export class MinutesGrants {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly facts: FactFinder,
  ) {}

  /** The last of two grants for the same learner and exam counts. The exams must exist. */
  async grant(grants: readonly GrantedMinutes[], at: string, origin: Origin): Promise<void> {
    const last = [...new Map(grants.map((each) => [learnerAtExamStream(each), each])).values()];
    if (last.length === 0) return;
    const [facts, ids] = await Promise.all([
      this.facts.ofMany(last),
      nextIds(this.database, 'allowance_ids', last.length),
    ]);
    const commands = last.map(({ minutes, ...learner }, index) => {
      const value = String(minutes);
      const command = new GrantAllowance(learner, { key: additionalTime, value, inactiveToo: true, at }, origin);
      return Object.assign(informed(command, facts[index]!), { allowance: { id: ids[index]!, kept: { value } } });
    });
    const commandId = uuid();
    const streams = commands.map(({ learner }) => learnerAtExamStream(learner));
    const metadata = metadataOf(commandId, commands[0]!);
    await this.events.transact({ streams, metadata, key: origin.key }, (historyOf) => ({
      appends: commands.map((command, index) => ({
        stream: streams[index]!,
        events: decide(learnerAtExam, learnerAtExamOf(historyOf(streams[index]!)), command),
        metadata: metadataOf(commandId, command),
      })),
      answer: null,
    }));
  }
}
