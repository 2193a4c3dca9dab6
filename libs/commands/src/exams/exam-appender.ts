import { Injectable, Logger } from '@nestjs/common';
import { v7 as uuid } from 'uuid';
import { Configuration } from '#configuration';
import { currentSignal, Database } from '#connections';
import {
  type AnyExamCommand,
  type ConfigureCourseExams,
  courseConfiguration,
  decide,
  type Exam,
  type ExamEvent,
  evolveExam,
  exam as examDecider,
  fold,
  type Origin,
} from '#domain';
import { EventStore, nextId, type RecordedEvent } from '#event-store';
import { ProviderRefused, providerOf, UnknownProvider } from '#providers';
import { examForProvider } from '#read-models';
import { currentRequestId } from '../request-id.js';
import { courseConfigurationOf, courseExamsStream, examStream } from '../streams.js';
import { UnknownProviders } from './exam.commands.js';

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

  /**
   * Appends the events of all commands together, and a change of the course's configuration with them. Answers the exams'
   * ids, in order. @throws UnknownProviders
   */
  async append(
    courseId: string,
    commands: readonly AnyExamCommand[],
    origin: Origin,
    configure?: ConfigureCourseExams,
  ): Promise<number[]> {
    const metadata = { commandId: uuid(), ...currentRequestId(), actor: origin.actor, courseId };
    const ids = commands.map(({ data }) => data.examId);
    const externalIds = await this.idsGivenByProviders(commands);
    const configuration = courseExamsStream(courseId);
    const streams = [...ids.map(examStream), ...(configure ? [configuration] : [])];
    const { answer } = await this.events.transact<number[]>({ streams, metadata, key: origin.key }, (historyOf) => {
      const appends = commands.map((command) => {
        const { examId } = command.data;
        const stream = examStream(examId);
        const state = stateOf(historyOf(stream));
        const events = decide(examDecider, state, command).map((event) =>
          withExternalId(event, externalIds.get(examId)),
        );
        const contentId = state?.contentId ?? ('contentId' in command.data ? command.data.contentId : undefined);
        return { stream, events, metadata: { ...metadata, contentId, examId } };
      });
      if (!configure) return { appends, answer: ids };
      const state = courseConfigurationOf(historyOf(configuration));
      const events = decide(courseConfiguration, state, configure);
      return { appends: [...appends, { stream: configuration, events, metadata }], answer: ids };
    });
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
