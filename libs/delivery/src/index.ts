export * from './delivery.js';
export type { Surroundings } from './news.js';
