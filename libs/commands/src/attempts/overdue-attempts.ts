import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { decide, type Facts, learnerAtExam, TimeOutAttempt } from '#domain';
import { EventStore, headOf, type RecordedEvent, VersionConflict } from '#event-store';
import type { AttemptRecord } from '#read-models';
import { FactFinder } from '../facts.js';
import { learnerAtExamOf, learnerAtExamStream } from '../streams.js';
import { informed, metadataOf } from './attempt.handler.js';

/** Submits many attempts whose time is over. It reads the facts of all with one query, and appends each by itself. */
@Injectable()
export class OverdueAttempts {
  constructor(
    private readonly events: EventStore,
    private readonly facts: FactFinder,
    private readonly commands: CommandBus,
  ) {}

  /** Tries all. Answers the errors. */
  async submit(attempts: readonly AttemptRecord[], at: string): Promise<unknown[]> {
    const read = await Promise.all([
      this.facts.ofMany(attempts),
      this.events.readMany(attempts.map(learnerAtExamStream)),
    ]).catch(() => undefined); // one of them cannot be read, so each is tried by itself
    const results = await Promise.allSettled(
      attempts.map(({ id, examId, userId }, index) => {
        const command = new TimeOutAttempt({ examId, userId }, { attemptId: id, at }, { actor: { kind: 'clock' } });
        if (!read) return this.commands.execute(command);
        const [facts, histories] = read;
        const stream = learnerAtExamStream(command.learner);
        return this.submitOne(informed(command, facts[index]!), stream, histories.get(stream)!);
      }),
    );
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }

  private async submitOne(command: TimeOutAttempt, stream: string, history: RecordedEvent[]): Promise<void> {
    if (concernsOtherExams(command.facts)) return void (await this.commands.execute(command));
    const events = decide(learnerAtExam, learnerAtExamOf(history), command);
    try {
      const metadata = metadataOf(uuid(), command);
      await this.events.append([{ stream, after: headOf(history), events, metadata, history }]);
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
      await this.commands.execute(command);
    }
  }
}

/** A completed onboarding exam can remove attempts at other exams. */
const concernsOtherExams = ({ exam, provider }: Facts) => exam.isPracticeExam && provider?.supportsOnboarding;
