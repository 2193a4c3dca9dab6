export * from './lag.js';
export * from './messages.js';
export * from './relay.js';
export * from './topic.js';
