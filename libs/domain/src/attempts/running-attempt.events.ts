import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** A time in which learners could not work, for example because the network failed. */
export type Outage = { from: string; until: string };

/** Extra time of one attempt. It is kept when it is taken back, so that a repeated command changes nothing. */
export type Grant = { grantId: string; seconds: number; isTakenBack: boolean; cause?: Outage };

type OfRunningAttempt<Data extends object = object> = { attemptId: number; at: string } & Data;

/** Changes by staff while an attempt runs. They change the end of the attempt's time, not its status. */
export type RunningAttemptEvent =
  /**
   * `grantId` is the same for all attempts that got the time together. `sealed`: the reason, encrypted with the learner key.
   * `givenBy` is absent if a tool gave it.
   */
  | Event<
      'ExtraTimeGiven',
      OfRunningAttempt<{ grantId: string; seconds: number; sealed: string; givenBy?: number; cause?: Outage }>
    >
  | Event<'ExtraTimeTakenBack', OfRunningAttempt<{ grantId: string; seconds: number }>>
  | Event<'AttemptPaused', OfRunningAttempt>
  | Event<'PauseEnded', OfRunningAttempt>;
