import type { Decider } from '../decider.js';
import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.
export type LearnerEvent = Event<'LearnerRetired', { userId: number; at: string }>;

export type RetireLearner = { type: 'RetireLearner'; data: { userId: number; at: string } };

export const learner: Decider<{ isRetired: boolean }, RetireLearner, LearnerEvent> = {
  initial: { isRetired: false },
  decide: {
    RetireLearner: ({ isRetired }, { data }) => (isRetired ? [] : [{ type: 'LearnerRetired', data }]),
  },
  evolve: {
    LearnerRetired: () => ({ isRetired: true }),
  },
};
