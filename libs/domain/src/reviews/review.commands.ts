import { CommandWithReason, LearnerAtExamCommand } from '../command.js';
import type { ReviewReceived } from './review.events.js';

/** `reviewedBy` is a user of the roster. */
export class ApplyReview extends LearnerAtExamCommand<Omit<ReviewReceived['data'], 'effects' | 'at'>> {
  readonly type = 'ApplyReview';
}

/** Applies the last review of an attempt again, with today's settings (an operator's command, domain.md §13.1). */
export class ReapplyReview extends LearnerAtExamCommand<{ attemptId: number }> {
  readonly type = 'ReapplyReview';
}

/** Staff reject a submitted attempt, with a reason. */
export class RejectAttempt extends CommandWithReason<{ rejectedBy: number }> {
  readonly type = 'RejectAttempt';
}

export type ReviewCommand = ApplyReview | ReapplyReview | RejectAttempt;
