export * from './delivery.js';
export type { Surroundings } from './news.js';
export { backendsOf, retireAt } from './retirements.js';
