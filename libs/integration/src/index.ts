export { examAttemptTopic } from './event-bus/exam-attempts.js';
export { EventBusReader } from './event-bus/reader.js';
export { kafkaClient, lastOffsets, readUntil } from './kafka.js';
export { LogCheckpoints } from './log-checkpoints.js';
export * from './messages.js';
export { type RecordedReceipt, receiptsOf } from './receipts.js';
export { unacknowledged } from './reconciliation.js';
export * from './relay.js';
export { relayName } from './relay-lead.js';
export * from './topic.js';
export {
  checkpointTopic,
  createTopics,
  deadLetterTopic,
  logCheckpointTopic,
  publishedTopics,
  replayTopicOf,
  retentionOf,
  topicSettingsOf,
} from './topic-settings.js';
