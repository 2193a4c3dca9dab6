export { AppendListener } from './append-listener.js';
export { AppendNotifier } from './append-notifier.js';
export * from './attempt-changes.js';
export { appendInBulk } from './bulk-append.js';
export * from './checkpoint.js';
export * from './command-events.js';
export * from './dead-letter-pages.js';
export {
  type BlockedLearner,
  blockedLearners,
  type DeadLetter,
  deadLetters,
  RetryInProgress,
  retryDeadLetters,
  skipDeadLetter,
} from './dead-letters.js';
export * from './event-store.js';
export * from './for-each-stream.js';
export {
  adoptLog,
  type Generation,
  type GenerationBegan,
  LogNotWritable,
  logStream,
  nextId,
  nextIds,
  writableGenerationOf,
} from './generations.js';
export { cachedFold } from './hot-histories.js';
export * from './lag.js';
export * from './lease.js';
export { type OpenTransaction, openTransactions } from './open-transactions.js';
export { outageLog } from './outage-log.js';
export { createPartitions, partitionSize, positionsLeft } from './partitions.js';
export type { Append } from './prepared-append.js';
export * from './recorded-event.js';
export * from './replay.js';
export { eventColumns, rawEventColumns, type Write } from './statements.js';
export * from './subscription.js';
export * from './subscription-records.js';
export * from './undeliverable.js';
export * from './upcasting.js';
