import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CommandBus } from '@nestjs/cqrs';
import { Kafka, type KafkaJSError, logLevel } from 'kafkajs';
import { AddExam, type Outcome } from '../../libs/commands/src/index.js';
import type { Configuration } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { type AnyLearnerAtExamCommand, ApplyReview, CreateAttempt, type Origin } from '../../libs/domain/src/index.js';
import { lagOf, type RecordedEvent, replay } from '../../libs/event-store/src/index.js';
import {
  kafkaClient,
  lastOffsets,
  type Message,
  messagesOf,
  readUntil,
  relayName,
  topics,
} from '../../libs/integration/src/index.js';
import { changesIn } from '../../libs/integration/src/messages.examples.js';
import { openService } from './service.js';

const brokers = process.env.KAFKA_BROKERS ?? '';
export const byStaff: Origin = { actor: { kind: 'user', userId: 1 } };

/** Opens the service with one proctored exam of 90 minutes, a fresh database, and its own topics. */
export async function openExam(kafkaBrokers = brokers, environment: Record<string, string> = {}) {
  if (!kafkaBrokers) throw new Error('KAFKA_BROKERS is not set: npm test starts a broker, and so does npm run kafka');
  const prefix = `test-${randomUUID().slice(0, 8)}-`;
  const service = await openService({ KAFKA_BROKERS: kafkaBrokers, KAFKA_TOPIC_PREFIX: prefix, ...environment });
  const { pool } = service.database;
  const bus = service.app.get(CommandBus);
  const now = () => new Date().toISOString();

  const addExam = (courseId = 'course-v1:OrgX+Demo+2031'): Promise<number> => {
    const contentId = 'block-v1:OrgX+Demo+2031+type@sequential+block@midterm';
    const kind = { isProctored: true, isPracticeExam: false, isActive: true, hideAfterDue: false };
    const exam = { courseId, contentId, examName: 'Midterm', timeLimitMins: 90, externalId: null, ...kind };
    return bus.execute(new AddExam(exam, now(), byStaff));
  };
  const examId = await addExam();
  /** How far Kafka is behind the log. */
  const lag = () => lagOf(pool, relayName);

  /** A learner at the exam. The commands are about the learner's current attempt. */
  const learner = (userId: number, exam = examId) => {
    let attemptId: number | null = null;
    const by = async <C extends AnyLearnerAtExamCommand>(
      Command: new (who: { examId: number; userId: number }, data: any, origin: Origin) => C,
      data: { at?: string; [field: string]: unknown } = {},
      origin: Origin = { actor: { kind: 'user', userId } },
    ) => {
      const command = new Command({ examId: exam, userId }, { at: now(), attemptId, ...data }, origin);
      const outcome: Outcome = await bus.execute(command);
      attemptId = outcome.currentAttemptId;
    };
    return {
      by,
      id: () => attemptId!,
      creates: (at?: string) => by(CreateAttempt, { takingAsProctored: true, startClock: false, at: at ?? now() }),
      isReviewed: (status: 'Clean' | 'Suspicious', reviewedBy: number | null = 5) =>
        by(
          ApplyReview,
          { attemptCode: '', status, reviewedBy, commentCount: 0, sealed: '' },
          { actor: { kind: 'provider', name: 'test' } },
        ),
    };
  };

  return {
    ...service,
    pool,
    prefix,
    addExam,
    learner,
    expected: () => expectedOf(pool),
    lag,
    allIsPublished: () => until(async () => (await lag()).events === 0, 'all is published'),
    /**
     * All committed messages in these topics, as soon as the awaited ones are among them. A consumer may see a message
     * a moment after its transaction has ended.
     */
    async arrived(names = topics.map(({ name }) => name), isAwaited = (_: Message) => true) {
      const awaited = (await expectedOf(pool)).filter((message) => names.includes(message.topic) && isAwaited(message));
      let arrived: Message[] = [];
      await until(async () => {
        arrived = await arrivedAt(service.configuration, names);
        const seen = new Set(arrived.map(({ headers }) => headers.ce_id));
        return awaited.every(({ headers }) => seen.has(headers.ce_id));
      }, 'the awaited messages have arrived');
      return arrived;
    },
    async close() {
      await service.close();
      const admin = kafkaClient(service.configuration).admin();
      try {
        await admin.connect();
        const ours = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
        await admin.deleteTopics({ topics: ours });
      } catch {
        // A broker that refuses this login is thrown away with its topics.
      } finally {
        await admin.disconnect();
      }
    },
  };
}

/** Waits until a condition holds, at most a minute. */
export async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; !(await isTrue()); await pause(50))
    if (Date.now() > deadline) throw new Error(`Waited a minute in vain until ${what}`);
}

export const clientOf = (list: string) => new Kafka({ brokers: list.split(','), logLevel: logLevel.NOTHING });
type Admin = ReturnType<Kafka['admin']>;

export async function withAdmin<T>(list: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = clientOf(list).admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

/** The messages that must be published for the events of the log, in its order. */
async function expectedOf(pool: Database): Promise<Message[]> {
  const log: RecordedEvent[] = [];
  for await (const events of replay(pool)) log.push(...events);
  const streams = [...new Set(log.map(({ stream }) => stream))];
  const changes = streams.flatMap((stream) => {
    const history = log.filter((event) => event.stream === stream);
    // A start without an attempt cannot be folded.
    return history[0].type === 'AttemptStarted' ? [] : changesIn(history);
  });
  const messages = new Map(changes.map((change) => [change.event.id, messagesOf(change)]));
  return log.flatMap(({ id }) => messages.get(id) ?? []);
}

/** All committed messages of the topics, in the order of each partition. */
async function arrivedAt(configuration: Configuration, unprefixed: string[]): Promise<Message[]> {
  const kafka = kafkaClient(configuration);
  const arrived: Message[] = [];
  for (const name of unprefixed) {
    const topic = configuration.kafkaTopicPrefix + name;
    let offsets = new Map<number, bigint>();
    // A partition of a new topic may not have a leader yet.
    await until(async () => {
      try {
        offsets = await lastOffsets(kafka, topic);
        return true;
      } catch (error) {
        if ((error as KafkaJSError).retriable) return false;
        throw error;
      }
    }, 'every partition has a leader');
    await readUntil(kafka, topic, offsets, ({ key, value, headers }) => {
      const texts = Object.entries(headers ?? {}).map(([header, text]) => [header, String(text)]);
      arrived.push({ topic: name, key: String(key), headers: Object.fromEntries(texts), value: String(value) });
    });
  }
  return arrived;
}

/** Messages by topic and key, in order. */
export const inOrder = (messages: readonly Message[]): Record<string, Message[]> => {
  const lists: Record<string, Message[]> = {};
  for (const message of messages) {
    const list = `${message.topic} ${message.key}`;
    lists[list] ??= [];
    lists[list].push(message);
  }
  return lists;
};

/** The messages without repetitions, and the number of repetitions. A repetition must equal the first message. */
export function withoutRepeated(messages: readonly Message[]): { once: Message[]; repeated: number } {
  const seen = new Map<string, Message>();
  for (const message of messages) {
    const before = seen.get(message.headers.ce_id);
    if (before) expect(message).toEqual(before);
    else seen.set(message.headers.ce_id, message);
  }
  return { once: [...seen.values()], repeated: messages.length - seen.size };
}
