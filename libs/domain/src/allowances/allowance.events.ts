import type { Event } from '../event.js';

// These names and shapes are stored for ever. Add an optional field, or a new event; never rename.

/** `value` is plain for additional time and sealed with the learner's key for anything else, which may be personal. */
type Granted = { allowanceId: number; examId: number; userId: number; key: string; at: string } & (
  | { value: string }
  | { sealed: string }
);

export type AllowanceEvent =
  | Event<'AllowanceGranted', Granted>
  | Event<'AllowanceChanged', Granted>
  /** Its value is gone: the learner was retired. */
  | Event<'AllowanceBlanked', { allowanceId: number; key: string; at: string }>
  | Event<'AllowanceWithdrawn', { allowanceId: number; key: string; at: string }>;
