import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka, KafkaJSError } from 'kafkajs';
import type { Configuration } from '#configuration';
import { examAttemptTopic } from './event-bus/exam-attempts.js';
import { withAdmin } from './kafka.js';
import { topics } from './messages.js';

/** The topic of messages that cannot be read, without the configured prefix. */
export const deadLetterTopic = 'proctoring.dead-letters.v1';

/** The topic of the relay's positions, without the configured prefix. */
export const checkpointTopic = 'proctoring.relay-checkpoints';

/** The topic of the signed checkpoints of the Merkle log, without the configured prefix. */
export const logCheckpointTopic = 'proctoring.log-checkpoints.v1';

const leaderTimeoutMs = 20_000;

/** The settings of a new topic. Two of three replicas must have a message, so that the loss of one broker loses none. */
export type TopicSettings = { partitions: number; replicas: number; retentionDays: number | 'compacted' | 'forever' };

const defaults: TopicSettings = { partitions: 6, replicas: 3, retentionDays: 30 };

/** All topics that the service writes to, without the configured prefix. */
export const topicSettings: Record<string, TopicSettings> = {
  ...Object.fromEntries(topics.map(({ name }) => [name, defaults])),
  [examAttemptTopic]: defaults,
  [deadLetterTopic]: { ...defaults, partitions: 1, retentionDays: 90 },
  [checkpointTopic]: { ...defaults, partitions: 1, retentionDays: 'compacted' },
  [logCheckpointTopic]: { ...defaults, partitions: 1, retentionDays: 'forever' },
};

/** The topics that the relay publishes to, without prefix. */
export const publishedTopics = ({ schemaRegistryUrl }: Pick<Configuration, 'schemaRegistryUrl'>): string[] => [
  ...topics.map(({ name }) => name),
  ...(schemaRegistryUrl ? [examAttemptTopic] : []),
];

/** The topic for replayed messages of this topic. */
export const replayTopicOf = (topic: string): string => `${topic}.replay`;

/** Replay topics and unknown topics get the default settings. */
export const topicSettingsOf = (topic: string): TopicSettings => topicSettings[topic] ?? defaults;

/** Creates the missing topics of `names`, with `prefix`, and answers which. Existing topics stay as they are. */
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
      waitForLeaders: false, // kafkajs waits too briefly for a busy broker; see below
      topics: missing.map((name) => {
        const { partitions, replicas, retentionDays } = topicSettingsOf(name);
        const replicationFactor = Math.min(replicas, brokers.length);
        const settings = { 'min.insync.replicas': Math.max(1, replicationFactor - 1), ...retentionOf(retentionDays) };
        const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value: String(value) }));
        return { topic: prefix + name, numPartitions: partitions, replicationFactor, configEntries };
      }),
    });
    const made = missing.map((name) => prefix + name);
    for (const deadline = performance.now() + leaderTimeoutMs; !(await hasLeaders(admin, made)); await pause(50))
      if (performance.now() > deadline)
        throw new Error(`Kafka has no leader for ${made.join(', ')} after ${leaderTimeoutMs / 1000} s`);
    return missing;
  });
}

/** The topic's settings of what Kafka deletes. */
export function retentionOf(days: TopicSettings['retentionDays']): Record<string, string | number> {
  if (days === 'forever') return { 'cleanup.policy': 'delete', 'retention.ms': -1, 'retention.bytes': -1 };
  // Each start reads the whole topic, so it must stay short.
  if (days === 'compacted') return { 'cleanup.policy': 'compact', 'segment.bytes': 1024 * 1024 };
  return { 'cleanup.policy': 'delete', 'retention.ms': days * 86_400_000 };
}

/** Whether the leaders answer. Until then no message can be sent to the topics. */
const hasLeaders = (admin: ReturnType<Kafka['admin']>, topics: readonly string[]) =>
  Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic))).then(
    () => true,
    (error: KafkaJSError) => {
      if (error.retriable) return false;
      throw error;
    },
  );
