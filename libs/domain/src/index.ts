export * from './decider.js';
export * from './event.js';
export * from './refusal.js';
