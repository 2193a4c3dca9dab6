import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, KafkaJSError } from 'kafkajs';
import type { Configuration } from '#configuration';
import { examAttemptTopic } from './event-bus/exam-attempts.js';
import { withAdmin } from './kafka.js';
import { topics } from './messages.js';

/** The topic of messages that nobody can read, without the configured prefix. */
export const deadLetterTopic = 'proctoring.dead-letters.v1';

/** Says up to which event the log is published, without the configured prefix. */
export const checkpointTopic = 'proctoring.relay-checkpoints';

const leadersMs = 20_000;

/**
 * The settings of a new topic. Two of three replicas must have a message, so that the loss of one broker loses none.
 */
export type TopicSettings = { partitions: number; replicas: number; retentionDays: number | 'compacted' };

const stream: TopicSettings = { partitions: 6, replicas: 3, retentionDays: 30 };

/** All topics that the service writes to, without the configured prefix. */
export const topicSettings: Record<string, TopicSettings> = {
  ...Object.fromEntries(topics.map(({ name }) => [name, stream])),
  [examAttemptTopic]: stream,
  [deadLetterTopic]: { ...stream, partitions: 1, retentionDays: 90 },
  [checkpointTopic]: { ...stream, partitions: 1, retentionDays: 'compacted' },
};

/** The topics to which the log is published, without prefix. */
export const publishedTopics = ({ schemaRegistryUrl }: Pick<Configuration, 'schemaRegistryUrl'>): string[] => [
  ...topics.map(({ name }) => name),
  ...(schemaRegistryUrl ? [examAttemptTopic] : []),
];

/** The topic beside this one into which its messages are repeated. */
export const replayTopicOf = (topic: string): string => `${topic}.replay`;

/** Replay topics and unknown topics get the settings of a stream of messages. */
export const topicSettingsOf = (topic: string): TopicSettings => topicSettings[topic] ?? stream;

/** Makes those of `names` that are missing, all with `prefix` before their names; answers which. Others stay as they are. */
export function createTopics(
  kafka: Kafka,
  prefix: string,
  names: readonly string[],
  dryRun = false,
): Promise<string[]> {
  return withAdmin(kafka, async (admin) => {
    const existing = await admin.listTopics();
    const missing = names.filter((name) => !existing.includes(prefix + name));
    if (missing.length === 0 || dryRun) return missing;
    const { brokers } = await admin.describeCluster();
    await admin.createTopics({
      waitForLeaders: false, // for a moment only, on a busy machine
      topics: missing.map((name) => {
        const { partitions, replicas, retentionDays } = topicSettingsOf(name);
        const replicationFactor = Math.min(replicas, brokers.length);
        const kept =
          retentionDays === 'compacted'
            ? { 'cleanup.policy': 'compact', 'segment.bytes': 1024 * 1024 } // what is read at each start stays short
            : { 'retention.ms': retentionDays * 86_400_000 };
        const settings = { 'min.insync.replicas': Math.max(1, replicationFactor - 1), ...kept };
        const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) }));
        return { topic: prefix + name, numPartitions: partitions, replicationFactor, configEntries };
      }),
    });
    const made = missing.map((name) => prefix + name);
    for (const deadline = performance.now() + leadersMs; !(await hasLeaders(admin, made)); await pause(50))
      if (performance.now() > deadline) throw new Error(`Nobody leads ${made.join(', ')}`);
    return missing;
  });
}

/** Until the leaders answer nothing can be sent to a topic. */
const hasLeaders = (admin: ReturnType<Kafka['admin']>, topics: readonly string[]) =>
  Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic))).then(
    () => true,
    (error: KafkaJSError) => {
      if (error.retriable) return false;
      throw error;
    },
  );
