import { CommandWithReason } from '../command.js';

/** A tool may ask for these in the assessment control service (edx-exams.md §9). */
export const controlActions = ['pause', 'resume', 'terminate', 'update', 'flag'] as const;
export type ControlAction = (typeof controlActions)[number];

/** A tool controls an attempt that it proctors. `controlId` is the same when the tool repeats its request. */
export class ControlAttempt extends CommandWithReason<{
  controlId: string;
  action: ControlAction;
  /** A number from 0 to 1, as the tool wrote it. */
  severity: string | null;
  reasonCode: string | null;
  /** The tool says that the learner submitted the exam. */
  isSubmission: boolean;
  incidentAt: string | null;
  /** Extra time that comes with `resume` or `update`. */
  extraMinutes: number | null;
}> {
  readonly type = 'ControlAttempt';
}
