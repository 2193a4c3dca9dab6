export * from './ancestors.js';
export * from './note-text.js';
export * from './proof-text.js';
export * from './tree-head-text.js';
export * from './verify-chain.js';
export * from './verify-checkpoint.js';
export { canHash, hex } from './web-crypto.js';
