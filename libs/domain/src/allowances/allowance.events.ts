import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.

/** Additional time has a plain `value`. Other values may be personal: `sealed` is encrypted with the learner key. */
type Granted = {
  allowanceId: number;
  examId: number;
  userId: number;
  key: string;
  at: string;
  /** In events from an edx-proctoring database: fields of the old row that differ from those of the event. */
  imported?: { created?: string; modified?: string };
} & ({ value: string } | { sealed: string });

export type AllowanceEvent =
  | Event<'AllowanceGranted', Granted>
  | Event<'AllowanceChanged', Granted>
  /** The learner was retired, and the value was removed. */
  | Event<'AllowanceBlanked', { allowanceId: number; key: string; at: string }>
  /** `replacedBy`: the allowance that was granted instead. */
  | Event<'AllowanceWithdrawn', { allowanceId: number; key: string; replacedBy?: number; at: string }>;
