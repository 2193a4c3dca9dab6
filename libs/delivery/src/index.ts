export * from './delivery.js';
export * from './notification-records.js';
export { concerns, type Dependencies } from './notifications.js';
export { providersOfLearner, retireAtProvider } from './retirements.js';
