export { Bell } from './bell.js';
export * from './checkpoint.js';
export { AlreadyRetried, type DeadLetter, deadLetters, retryDeadLetters, skipDeadLetter } from './dead-letters.js';
export * from './event-store.js';
export * from './follower.js';
export {
  adoptLog,
  type Generation,
  type GenerationBegan,
  LogNotWritable,
  logStream,
  nextId,
  writableGenerationOf,
} from './generations.js';
export { type OpenTransaction, openTransactions } from './horizon.js';
export { folded } from './hot-histories.js';
export * from './lag.js';
export * from './lanes.js';
export * from './lease.js';
export { createPartitions, partitionSize, positionsLeft } from './partitions.js';
export * from './replay.js';
export { reporting } from './reporting.js';
export type { Append } from './staging.js';
export { columns, type Write } from './statements.js';
export * from './stored.js';
export * from './undeliverable.js';
export * from './upcasting.js';
