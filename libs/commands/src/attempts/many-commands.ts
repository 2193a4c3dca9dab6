import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { Database } from '#connections';
import {
  type AnyLearnerAtExamCommand,
  CommandWithWords,
  currentAttempt,
  decide,
  type Facts,
  fold,
  type LearnerAtExam,
  learnerAtExam,
  Refusal,
} from '#domain';
import { AlreadyDone, EventStore, headOf, type RecordedEvent, VersionConflict } from '#event-store';
import { FactFinder } from '../facts.js';
import { latestLearnerAtExam, learnerAtExamOf, learnerAtExamStream } from '../streams.js';
import { encryptWords, informed, metadataOf, type Outcome } from './attempt.handler.js';

type Learner = { examId: number; userId: number };
type History = readonly RecordedEvent[];
export type CommandFor<T> = (target: T, history: History) => AnyLearnerAtExamCommand;

/** The learner at the exam after a command, and whether the command changed anything. */
export type Done = { state: LearnerAtExam; changed: boolean };

const batchSize = 500;

/** Carries out the same command for many learners. It reads what a batch needs with two queries, and appends each by itself. */
@Injectable()
export class ManyCommands {
  constructor(
    private readonly database: Database,
    private readonly events: EventStore,
    private readonly facts: FactFinder,
    private readonly commands: CommandBus,
  ) {}

  /** Answers as `execute` does, and writes nothing. */
  preview<T extends Learner>(targets: readonly T[], commandFor: CommandFor<T>): Promise<PromiseSettledResult<Done>[]> {
    return this.forEach(targets, commandFor, async (command, history) => {
      const before = learnerAtExamOf(history);
      const events = decide(learnerAtExam, before, command);
      return { state: fold(learnerAtExam, events, before), changed: events.length > 0 };
    });
  }

  /** Tries all: the results have the order of the targets. */
  execute<T extends Learner>(targets: readonly T[], commandFor: CommandFor<T>): Promise<PromiseSettledResult<Done>[]> {
    return this.forEach(targets, commandFor, async (command, history) => {
      try {
        return await this.executeOne(command, history);
      } catch (error) {
        const done = error instanceof Refusal ? await this.doneBefore(command, history) : undefined;
        if (done) return done;
        throw error;
      }
    });
  }

  private async forEach<T extends Learner>(
    targets: readonly T[],
    commandFor: CommandFor<T>,
    work: (command: AnyLearnerAtExamCommand, history: History) => Promise<Done>,
  ): Promise<PromiseSettledResult<Done>[]> {
    const results: PromiseSettledResult<Done>[] = [];
    for (let start = 0; start < targets.length; start += batchSize) {
      const batch = targets.slice(start, start + batchSize);
      const read = await this.read(batch).catch(() => undefined); // one cannot be read, so each is read by itself
      const all = batch.map(async (target, index) => {
        const [facts, histories] = read ?? (await this.read([target]));
        const history = histories.get(learnerAtExamStream(target))!;
        const command = commandFor(target, history);
        const state = learnerAtExamOf(history);
        return work(informed(command, await this.facts.forCommand(command, facts[read ? index : 0]!, state)), history);
      });
      results.push(...(await Promise.allSettled(all)));
    }
    return results;
  }

  private read(targets: readonly Learner[]): Promise<[Facts[], Map<string, RecordedEvent[]>]> {
    return Promise.all([this.facts.ofMany(targets), this.events.readMany(targets.map(learnerAtExamStream))]);
  }

  private async executeOne(command: AnyLearnerAtExamCommand, history: History): Promise<Done> {
    const before = learnerAtExamOf(history);
    if (decide(learnerAtExam, before, command).length === 0)
      return (await this.doneBefore(command, history)) ?? { state: before, changed: false };
    if (concernsOtherExams(command.facts)) return this.executeAlone(command);
    if (command instanceof CommandWithWords) await encryptWords(this.database, command);
    const events = decide(learnerAtExam, before, command);
    const state = fold(learnerAtExam, events, before);
    const answer: Outcome = { currentAttemptId: currentAttempt(state, command.facts)?.id ?? null, changed: true };
    const { key } = command.origin;
    const append = {
      stream: learnerAtExamStream(command.learner),
      after: headOf(history),
      events,
      metadata: metadataOf(uuid(), command),
      history,
    };
    try {
      await this.events.append([append], key === undefined ? undefined : { key, answer });
      return { state, changed: true };
    } catch (error) {
      if (error instanceof AlreadyDone) return (await this.doneBefore(command, history))!;
      if (error instanceof VersionConflict) return this.executeAlone(command);
      throw error;
    }
  }

  private async executeAlone(command: AnyLearnerAtExamCommand): Promise<Done> {
    const { changed }: Outcome = await this.commands.execute(command);
    return { state: await latestLearnerAtExam(this.events, command.learner), changed };
  }

  /** The outcome of a command with the same key. */
  private async doneBefore({ origin }: AnyLearnerAtExamCommand, history: History): Promise<Done | undefined> {
    const answer = origin.key === undefined ? undefined : await this.events.firstAnswer(origin.key);
    return answer === undefined ? undefined : { state: learnerAtExamOf(history), changed: (answer as Outcome).changed };
  }
}

/** A completed onboarding exam can remove attempts at other exams. */
const concernsOtherExams = ({ exam, provider }: Facts) => exam.isPracticeExam && provider?.supportsOnboarding;
