export * from './dead-letter-actions.js';
export * from './dead-letters.js';
export * from './deliveries.js';
export * from './health-history.js';
export * from './providers.js';
export * from './readiness.js';
export * from './subscriptions.js';
export * from './system.js';
