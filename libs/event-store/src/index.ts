export * from './checkpoint.js';
export { type DeadLetter, deadLetters, retryDeadLetters, skipDeadLetter, Undeliverable } from './dead-letters.js';
export * from './event-store.js';
export * from './follower.js';
export * from './replay.js';
export type { Append } from './staging.js';
export { columns, sessionOptions, type Write } from './statements.js';
export * from './stored.js';
export * from './upcasting.js';
