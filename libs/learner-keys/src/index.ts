export * from './learner-keys.js';
