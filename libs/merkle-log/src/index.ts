export * from './leaf.js';
export * from './signed-checkpoint.js';
export * from './signed-note.js';
export * from './tlog-proof.js';
export * from './tree.js';
