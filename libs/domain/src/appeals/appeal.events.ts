import type { Effect } from '../attempts/attempt.effects.js';
import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** `sealed`: the reason in the person's own words, encrypted with the learner key. */
type OfAppeal<Data extends object> = { attemptId: number; sealed: string; effects: Effect[]; at: string } & Data;

export type AppealEvent =
  | Event<'AppealMade', OfAppeal<{ answerBy: string }>>
  | Event<'AppealUpheld', OfAppeal<{ answeredBy: number }>>
  | Event<'AppealDismissed', OfAppeal<{ answeredBy: number }>>;
