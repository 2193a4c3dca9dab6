import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { BlankAllowances, decide, fold, type LearnerEvent, learner, type Origin } from '#domain';
import { EventStore, type RecordedEvent } from '#event-store';
import { examsWithAllowances, isRowId } from '#read-models';
import { forgetUser } from '#roster';
import { forgetAnswers } from '../idempotency-keys.js';
import { currentRequestId } from '../request-id.js';
import { learnerStream } from '../streams.js';
import { certifyErasure, erasableRows } from './erasure-certificate.js';

/** Forgets a learner for good. */
export class RetireLearner extends Command<void> {
  constructor(
    readonly userId: number | string,
    readonly at: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/**
 * Blanks the allowances, destroys the learner key, erases the person from the roster, and appends the event last. So a
 * repeated request completes a failed one. An id without a person is not retired, because a person may get it later.
 */
@CommandHandler(RetireLearner)
export class RetireLearnerHandler implements ICommandHandler<RetireLearner> {
  constructor(
    readonly database: Database,
    readonly configuration: Configuration,
    private readonly events: EventStore,
    private readonly commands: CommandBus,
  ) {}

  async execute({ userId: given, at, origin }: RetireLearner): Promise<void> {
    const userId = Number(given);
    if (!isRowId(given) || !Number.isSafeInteger(userId)) return; // no learner has such an id
    for (const examId of await examsWithAllowances(this.database, userId))
      await this.commands.execute(new BlankAllowances({ examId, userId }, { at }, { actor: origin.actor }));
    const rows = await erasableRows(this.database, userId);
    if (!(await forgetUser(this.database, userId))) return;
    await forgetAnswers(this.database);
    await certifyErasure(this, { userId, at, origin, rows });
    const stream = learnerStream(userId);
    const metadata = { commandId: uuid(), ...currentRequestId(), actor: origin.actor, userId };
    await this.events.transact({ streams: [stream], metadata }, (historyOf) => {
      const state = fold(learner, historyOf(stream) as RecordedEvent<LearnerEvent>[]);
      const events = decide(learner, state, { type: 'RetireLearner', data: { userId, at } });
      return { appends: [{ stream, events }], answer: undefined };
    });
  }
}
