export { type Delivery, deliveriesOf } from './deliveries.js';
export { examAttemptTopic } from './event-bus/exam-attempts.js';
export { EventBusReader } from './event-bus/reader.js';
export { kafkaAt, lastOffsets, readUntil } from './kafka.js';
export * from './lag.js';
export * from './messages.js';
export { unacknowledged } from './reconciliation.js';
export * from './relay.js';
export * from './topic.js';
export {
  checkpointTopic,
  deadLetterTopic,
  makeTopics,
  publishedTopics,
  replayOf,
  settingsOf,
} from './topic-settings.js';
