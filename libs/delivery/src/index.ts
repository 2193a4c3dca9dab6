export * from './delivery.js';
export type { Dependencies } from './notifications.js';
export { providersOfLearner, retireAt } from './retirements.js';
