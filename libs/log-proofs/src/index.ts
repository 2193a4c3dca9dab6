export * from './ancestors.js';
export * from './note-text.js';
export * from './proof-text.js';
export * from './tree-head-text.js';
export * from './verify-chain.js';
