export { examAttemptTopic } from './event-bus/exam-attempts.js';
export { deadLetterTopic, EventBusReader } from './event-bus/reader.js';
export * from './lag.js';
export * from './messages.js';
export * from './relay.js';
export * from './topic.js';
