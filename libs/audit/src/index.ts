export * from './attempt-at.js';
export * from './csv.js';
export type { Scope } from './learner-streams.js';
export * from './lists.js';
export * from './moment.js';
export * from './onboarding.js';
