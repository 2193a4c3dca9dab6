import { CommandWithReason, LearnerAtExamCommand } from '../command.js';
import type { Outage } from './running-attempt.events.js';

type OneAttempt = { attemptId: number };

/** Lengthens a running attempt, also past the due date. `givenBy` is absent if a tool gives it. */
export class GiveExtraTime extends CommandWithReason<{
  grantId: string;
  seconds: number;
  givenBy?: number;
  cause?: Outage;
}> {
  readonly type = 'GiveExtraTime';
}

export class TakeBackExtraTime extends LearnerAtExamCommand<OneAttempt & { grantId: string }> {
  readonly type = 'TakeBackExtraTime';
}

/** Stops the clock of a running attempt. The learner can still submit it. */
export class PauseAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'PauseAttempt';
}

export class EndPause extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'EndPause';
}

/** Staff submit a running attempt. */
export class EndAttempt extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'EndAttempt';
}

/** Staff end a running attempt because of a failure. The learner may resume it with the time that is left. */
export class MarkError extends LearnerAtExamCommand<OneAttempt> {
  readonly type = 'MarkError';
}

export type RunningAttemptCommand =
  | GiveExtraTime
  | TakeBackExtraTime
  | PauseAttempt
  | EndPause
  | EndAttempt
  | MarkError;
