import { randomUUID } from 'node:crypto';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import {
  AnswerAppeal,
  type AnyLearnerAtExamCommand,
  CascadeDecline,
  ClearOnboardingErrors,
  CommandWithWords,
  CreateAttempt,
  completesOnboarding,
  currentAttempt,
  decide,
  type Facts,
  fold,
  GrantAllowance,
  isMinutesKey,
  isOverdue,
  judgementOf,
  type LearnerAtExam,
  LearnerAtExamCommand,
  learnerAtExam,
  MakeAppeal,
  NewAttemptCommand,
  RemovalCommand,
  ResetPracticeAttempt,
  refuseTooManyChanges,
  releases,
  removalNotConfirmed,
  startsCascade,
  WithdrawAllowance,
} from '#domain';
import { EventStore, type Metadata, nextId } from '#event-store';
import { encryptFor, encryptIfChanged, fieldAtExam, pseudonymOf } from '#learner-keys';
import { UnknownProvider } from '#providers';
import { examsBlockedForOnboarding, runningAtTools } from '#read-models';
import { FactFinder } from '../facts.js';
import { currentRequestId } from '../request-id.js';
import { changesOf, latestLearnerAtExam, learnerAtExamOf, learnerAtExamStream } from '../streams.js';
import { register } from './registration.js';
import { confirmRemovals } from './removal.js';

/** The outcome of a command: the learner's current attempt after it, and whether it changed anything. */
export type Outcome = { currentAttemptId: number | null; changed: boolean };

/** These allowance keys are plain in the log, like those of minutes. */
const plainKeys = ['time_multiplier', 'review_policy_exception'];

/** Handles all commands that extend LearnerAtExamCommand: Nest finds a handler by the base class, too. */
@CommandHandler(LearnerAtExamCommand)
export class AttemptHandler implements ICommandHandler<LearnerAtExamCommand> {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
    private readonly facts: FactFinder,
  ) {}

  async execute(command: AnyLearnerAtExamCommand): Promise<Outcome> {
    const { key } = command.origin;
    const first = key === undefined ? undefined : await this.events.firstAnswer(key);
    if (first !== undefined) return first as Outcome; // so no provider registers an attempt twice
    const own = learnerAtExamStream(command.learner);
    // One round trip has both queries.
    const [current] = await Promise.all([this.currentFacts(command), this.events.warm([own])]);
    const facts = await this.factsFor(command, current);
    command.facts = facts;
    await this.prepare(command);
    const isComplete =
      !(command instanceof RemovalCommand) ||
      !facts.release.providerConfirmsRemoval ||
      (await confirmRemovals(this.configuration, this.events, command));
    const cascade = await this.cascadeOf(command);
    const blocked = await this.blockedAttemptsOf(command);
    const commandId = uuid();
    const others = [...cascade, ...blocked].map(({ learner }) => learnerAtExamStream(learner));

    let removed = 0;
    const { answer } = await this.events.transact<Outcome>(
      // An incomplete removal is repeated with the same key.
      { streams: [own, ...others], metadata: metadataOf(commandId, command), key: isComplete ? key : undefined },
      (historyOf) => {
        const states = new Map<string, LearnerAtExam>();
        const decided = (each: AnyLearnerAtExamCommand) => {
          const stream = learnerAtExamStream(each.learner);
          const state = states.get(stream) ?? learnerAtExamOf(historyOf(stream));
          if (each instanceof MakeAppeal || each instanceof AnswerAppeal)
            each.judgement = judgementOf(historyOf(stream), each.data.attemptId);
          const events = decide(learnerAtExam, state, each);
          if (events.length > 0) refuseTooManyChanges(changesOf(historyOf(stream)), state, each);
          states.set(stream, fold(learnerAtExam, events, state));
          return { stream, events, metadata: metadataOf(commandId, each) };
        };
        const main = decided(command);
        removed = main.events.length;
        const followUps = [
          ...(startsCascade(main.events) ? cascade : []),
          ...(completesOnboarding(command.facts, main.events) ? blocked : []),
        ];
        return {
          appends: [main, ...followUps.map(decided)],
          answer: {
            currentAttemptId: currentAttempt(states.get(own)!, facts)?.id ?? null,
            changed: main.events.length > 0,
          },
        };
      },
    );
    if (!isComplete) throw removalNotConfirmed(removed);
    return answer;
  }

  /** An attempt keeps the rules of its generation. A start by the rules of edx-exams depends on the learner's other attempts. */
  private async factsFor(command: AnyLearnerAtExamCommand, current: Facts): Promise<Facts> {
    const { learner, data } = command;
    const { exam, followsEdxExams } = current;
    if (!followsEdxExams && exam.generationId === exam.examId) return current;
    const state = await latestLearnerAtExam(this.events, learner);
    const facts = await this.facts.forCommand(command, current, state);
    if (!followsEdxExams || !isStart(command)) return facts;
    const own =
      command.type === 'StartAttempt' ? (command.data.attemptId ?? currentAttempt(state, facts)?.id) : undefined;
    const running = await runningAtTools(this.database, learner.userId);
    return { ...facts, anotherRuns: running.some((each) => each.id !== own && !isOverdue(each, data.at)) };
  }

  /** A provider that is not configured any more confirms no removal. */
  private async currentFacts(command: AnyLearnerAtExamCommand): Promise<Facts> {
    const { examId, userId } = command.learner;
    const generationId = command.type === 'CreateAttempt' ? command.data.generationId : undefined;
    try {
      return await this.facts.of(examId, userId, generationId);
    } catch (error) {
      const { providerConfirmsRemoval } = releases[this.configuration.referenceRelease];
      const isRemoval = command instanceof RemovalCommand && providerConfirmsRemoval;
      throw isRemoval && error instanceof UnknownProvider ? removalNotConfirmed() : error;
    }
  }

  /** Adds the ids, codes, registrations and encrypted values that a decision only passes on. */
  private async prepare(command: AnyLearnerAtExamCommand): Promise<void> {
    if (command instanceof GrantAllowance || command instanceof WithdrawAllowance) await this.hideKey(command);
    if (command instanceof GrantAllowance) {
      const { key, value } = command.data;
      const kept = isMinutesKey(key) ? { value } : { sealed: await this.encryptUnlessSame(command) };
      command.allowance = { id: await nextId(this.database, 'allowance_ids'), kept };
    }
    if (command instanceof CommandWithWords) await encryptWords(this.database, command);
    if (command instanceof CreateAttempt || command instanceof ResetPracticeAttempt) {
      await this.prepareAttempt(command);
      const state = await latestLearnerAtExam(this.events, command.learner);
      const takingAsProctored =
        command instanceof CreateAttempt
          ? command.data.takingAsProctored
          : currentAttempt(state, command.facts)?.takingAsProctored;
      if (!takingAsProctored) return;
      decide(learnerAtExam, state, command); // a refused attempt is not registered
      command.attempt.registration = await register(this.database, this.configuration, state, command);
    }
  }

  /** Other keys may be any text, so a pseudonym replaces the key, and the value has the key. Older allowances keep theirs. */
  private async hideKey(command: GrantAllowance | WithdrawAllowance): Promise<void> {
    const { learner, data } = command;
    if (isMinutesKey(data.key) || plainKeys.includes(data.key)) return;
    const { allowances } = await latestLearnerAtExam(this.events, learner);
    if (allowances.some(({ key }) => key === data.key)) return;
    const key = await pseudonymOf(this.database, learner.userId, data.key);
    const hidden = command instanceof GrantAllowance ? { value: JSON.stringify([data.key, command.data.value]) } : {};
    Object.assign(command, { data: { ...data, key, ...hidden } });
  }

  /** The same value keeps its encrypted text, so that the decision sees that it is the same. */
  private async encryptUnlessSame({ learner, data: { key, value } }: GrantAllowance): Promise<string> {
    const { allowances } = await latestLearnerAtExam(this.events, learner);
    const before = allowances.find((each) => each.key === key)?.sealed;
    return encryptIfChanged(this.database, learner.userId, value, fieldAtExam(learner, 'allowance'), before);
  }

  private async prepareAttempt(command: NewAttemptCommand): Promise<void> {
    const id = await nextId(this.database, 'attempt_ids');
    command.attempt = { id, code: randomUUID().toUpperCase(), registration: null };
  }

  private async cascadeOf(command: AnyLearnerAtExamCommand): Promise<CascadeDecline[]> {
    const { type, facts, learner, data, origin } = command;
    const mayDecline =
      type === 'DeclineAttempt' ||
      (type === 'CreateAttempt' && facts.exam.isProctored && !command.data.takingAsProctored) ||
      (type === 'SetAttemptStatus' && command.data.status === 'declined');
    if (!mayDecline) return [];
    const others = await this.facts.ofCascade(facts.exam, learner.userId);
    return Promise.all(
      others.map(async (each) => {
        const target = { examId: each.exam.examId, userId: learner.userId };
        const more = { cascadedFrom: facts.exam.examId, at: data.at };
        const cascade = informed(new CascadeDecline(target, more, { actor: origin.actor }), each);
        await this.prepareAttempt(cascade);
        return cascade;
      }),
    );
  }

  private async blockedAttemptsOf({
    facts,
    learner,
    data,
    origin,
  }: AnyLearnerAtExamCommand): Promise<ClearOnboardingErrors[]> {
    if (!facts.exam.isPracticeExam || !facts.provider?.supportsOnboarding) return [];
    const examIds = await examsBlockedForOnboarding(this.database, learner.userId);
    return Promise.all(
      examIds.map(async (examId) => {
        const target = { examId, userId: learner.userId };
        const clear = new ClearOnboardingErrors(target, { at: data.at }, { actor: origin.actor });
        return informed(clear, await this.facts.of(examId, learner.userId));
      }),
    );
  }
}

const isStart = (command: AnyLearnerAtExamCommand) =>
  command.type === 'StartAttempt' || (command.type === 'CreateAttempt' && command.data.startClock);

/** Encrypts a person's words with the learner key. */
export const encryptWords = async (database: Database, command: CommandWithWords): Promise<void> => {
  const { learner, words } = command;
  command.sealed = await encryptFor(database, learner.userId, words.text, fieldAtExam(learner, words.field));
};

export const informed = <C extends LearnerAtExamCommand>(command: C, facts: Facts): C =>
  Object.assign(command, { facts });

export const metadataOf = (commandId: string, { origin, facts, learner }: LearnerAtExamCommand): Metadata => ({
  commandId,
  ...currentRequestId(),
  actor: origin.actor,
  courseId: facts.exam.courseId,
  contentId: facts.exam.contentId,
  ...learner,
});
