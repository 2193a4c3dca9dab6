export * from './provider.js';
export * from './providers.js';
export type { TestOptions } from './test.provider.js';
