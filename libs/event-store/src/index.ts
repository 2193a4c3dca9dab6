export * from './checkpoint.js';
export * from './event-store.js';
export * from './replay.js';
export * from './staging.js';
export * from './statements.js';
export * from './stored.js';
export * from './upcasting.js';
