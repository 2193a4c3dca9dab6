export type { Outcome } from './attempts/attempt.handler.js';
export * from './attempts/fresh-attempts.js';
export * from './commands.module.js';
export * from './credit.js';
export * from './exams/exam.commands.js';
export * from './facts.js';
export * from './reviews/review.handler.js';
export * from './streams.js';
export * from './tokens.js';
