import { Injectable, Logger } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuid } from 'uuid';
import { Configuration } from '#configuration';
import { currentSignal, Database } from '#connections';
import {
  type AnyExamCommand,
  decide,
  type Exam,
  type ExamEvent,
  evolveExam,
  exam as examDecider,
  fold,
  type Origin,
  Refusal,
} from '#domain';
import { EventStore, nextId, type RecordedEvent } from '#event-store';
import { ProviderRefused, providerOf, UnknownProvider } from '#providers';
import { examById, examForProvider, examsOfCourse } from '#read-models';
import { currentRequestId } from '../request-id.js';
import { examStream } from '../streams.js';
import {
  AddExam,
  ChangeExam,
  PublishExams,
  type PublishedExam,
  SetExamReviewPolicy,
  UnknownProviders,
} from './exam.commands.js';

const log = new Logger('exams');

/** Decides exam commands, gets the exams' ids from their providers, and appends. */
@Injectable()
export class ExamAppender {
  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly events: EventStore,
  ) {}

  get defaultBackend(): string {
    return this.configuration.settings.defaultBackend;
  }

  nextId(sequence: 'exam_ids' | 'review_policy_ids' = 'exam_ids'): Promise<number> {
    return nextId(this.database, sequence);
  }

  /** Appends the events of all commands together. Answers the exams' ids, in order. @throws UnknownProviders */
  async append(courseId: string, commands: readonly AnyExamCommand[], origin: Origin): Promise<number[]> {
    const metadata = { commandId: uuid(), ...currentRequestId(), actor: origin.actor, courseId };
    const ids = commands.map(({ data }) => data.examId);
    const externalIds = await this.idsGivenByProviders(commands);
    const { answer } = await this.events.transact<number[]>(
      { streams: ids.map(examStream), metadata, key: origin.key },
      (historyOf) => ({
        appends: commands.map((command) => {
          const { examId } = command.data;
          const stream = examStream(examId);
          const state = stateOf(historyOf(stream));
          const events = decide(examDecider, state, command).map((event) =>
            withExternalId(event, externalIds.get(examId)),
          );
          const contentId = state?.contentId ?? ('contentId' in command.data ? command.data.contentId : undefined);
          return { stream, events, metadata: { ...metadata, contentId, examId } };
        }),
        answer: ids,
      }),
    );
    return answer;
  }

  /**
   * A provider gives each proctored exam an id of its own. If the provider fails, the exam has no such id for now: the
   * worker notifies the provider again.
   */
  private async idsGivenByProviders(commands: readonly AnyExamCommand[]): Promise<Map<number, string>> {
    const ids = new Map<number, string>();
    const failing = new Set<string | null>();
    for (const exam of await this.examsAfter(commands)) {
      if (!exam?.isProctored || exam.externalId || failing.has(exam.backend)) continue;
      currentSignal()?.throwIfAborted();
      try {
        const id = await providerOf(this.configuration.settings, exam.backend).examSaved(examForProvider(exam));
        if (id) ids.set(exam.id, id);
      } catch (error) {
        if (!(error instanceof ProviderRefused)) throw error;
        failing.add(exam.backend);
        log.warn({ message: `The provider gave the exam no id yet: ${error.message}`, examId: exam.id });
      }
    }
    return ids;
  }

  /** The exams after the commands, in their order; undefined if a command changes nothing. */
  private async examsAfter(commands: readonly AnyExamCommand[]): Promise<(Exam | undefined)[]> {
    const histories = await this.events.latest(commands.map(({ data }) => examStream(data.examId)));
    const exams = commands.map((command) => {
      const before = stateOf(histories.get(examStream(command.data.examId))!);
      const [event] = decide(examDecider, before, command);
      return event && 'externalId' in event.data ? evolveExam(before, event) : undefined;
    });
    const problems = exams.map((exam) => (exam?.isProctored ? this.problemOf(exam.backend) : undefined));
    if (problems.some(Boolean)) throw new UnknownProviders(problems);
    return exams;
  }

  private problemOf(backend: string | null): string | undefined {
    try {
      providerOf(this.configuration.settings, backend);
      return undefined;
    } catch (error) {
      if (error instanceof UnknownProvider) return error.message;
      throw error;
    }
  }
}

const stateOf = (history: readonly RecordedEvent[]): Exam | null =>
  fold(examDecider, history as readonly RecordedEvent<ExamEvent>[]);

const withExternalId = (event: ExamEvent, externalId: string | undefined): ExamEvent =>
  externalId === undefined || !('externalId' in event.data)
    ? event
    : ({ ...event, data: { ...event.data, externalId } } as ExamEvent);

const alreadyExists = (courseId: string, contentId: string) =>
  new Refusal(
    'exam_already_exists',
    `Attempted to create proctored exam with course_id=${courseId} and content_id=${contentId}, but this exam already exists.`,
  );

const isDuplicate = (error: unknown) => (error as { constraint?: string }).constraint === 'exam_is_unique_in_course';

@CommandHandler(AddExam)
export class AddExamHandler implements ICommandHandler<AddExam> {
  constructor(private readonly appender: ExamAppender) {}

  /** @returns the new exam's id @throws Refusal exam_already_exists */
  async execute({ exam, at, origin }: AddExam): Promise<number> {
    const examId = await this.appender.nextId();
    const data = { examId, ...exam, dueDate: null, backend: this.appender.defaultBackend, at };
    try {
      return (await this.appender.append(exam.courseId, [{ type: 'CreateExam', data }], origin))[0]!;
    } catch (error) {
      throw isDuplicate(error) ? alreadyExists(exam.courseId, exam.contentId) : error;
    }
  }
}

@CommandHandler(ChangeExam)
export class ChangeExamHandler implements ICommandHandler<ChangeExam> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @returns the exam's id @throws Refusal exam_not_found, UnknownProviders */
  async execute({ examId, changes, at, origin }: ChangeExam): Promise<number> {
    const exam = await examById(this.database, examId);
    if (!exam)
      throw new Refusal('exam_not_found', `Attempted to update exam_id=${examId}, but this exam does not exist.`);
    const command = { type: 'ReviseExam', data: { examId: exam.id, changes, at } } as const;
    return (await this.appender.append(exam.courseId, [command], origin))[0]!;
  }
}

@CommandHandler(SetExamReviewPolicy)
export class SetExamReviewPolicyHandler implements ICommandHandler<SetExamReviewPolicy> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @throws Refusal exam_not_found */
  async execute({ examId, policy, setBy, at, origin }: SetExamReviewPolicy): Promise<void> {
    const exam = await examById(this.database, examId);
    if (!exam) throw new Refusal('exam_not_found', `There is no exam ${examId}.`);
    const policyId = await this.appender.nextId('review_policy_ids');
    const data = { examId: exam.id, policyId, policy, setBy, at };
    await this.appender.append(exam.courseId, [{ type: 'SetReviewPolicy', data }], origin);
  }
}

@CommandHandler(PublishExams)
export class PublishExamsHandler implements ICommandHandler<PublishExams> {
  constructor(
    private readonly database: Database,
    private readonly appender: ExamAppender,
  ) {}

  /** @returns the listed exams' ids, in order @throws Refusal exam_already_exists if one is listed twice, UnknownProviders */
  async execute(command: PublishExams): Promise<number[]> {
    try {
      return await this.publish(command);
    } catch (error) {
      // Another request has created one of the exams meanwhile. Now it exists and can be revised.
      if (isDuplicate(error)) return this.publish(command);
      throw error;
    }
  }

  private async publish({ courseId, exams, at, origin }: PublishExams): Promise<number[]> {
    const existing = new Map((await examsOfCourse(this.database, courseId)).map((exam) => [exam.contentId, exam]));
    const listed = new Set<string>();
    const commands: AnyExamCommand[] = [];
    for (const exam of exams) {
      if (listed.has(exam.contentId)) throw alreadyExists(courseId, exam.contentId);
      listed.add(exam.contentId);
      const before = existing.get(exam.contentId);
      commands.push(
        before ? revise(before.id, exam, at) : create(await this.appender.nextId(), courseId, exam, this.appender, at),
      );
    }
    for (const exam of existing.values())
      if (exam.isActive && !listed.has(exam.contentId))
        commands.push({ type: 'WithdrawExam', data: { examId: exam.id, at } });
    return (await this.appender.append(courseId, commands, origin)).slice(0, exams.length);
  }
}

const revise = (examId: number, { contentId, ...changes }: PublishedExam, at: string): AnyExamCommand => ({
  type: 'ReviseExam',
  data: { examId, changes, at },
});

const create = (
  examId: number,
  courseId: string,
  exam: PublishedExam,
  { defaultBackend }: ExamAppender,
  at: string,
): AnyExamCommand => ({
  type: 'CreateExam',
  data: {
    ...exam,
    examId,
    courseId,
    externalId: exam.externalId ?? null,
    backend: exam.backend ?? defaultBackend,
    at,
  },
});
