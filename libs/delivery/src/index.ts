export * from './delivery.js';
export * from './notification-records.js';
export type { Dependencies } from './notifications.js';
export { providersOfLearner, retireAtProvider } from './retirements.js';
