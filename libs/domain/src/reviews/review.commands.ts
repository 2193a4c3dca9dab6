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

/** `fromAnyStatus`: staff of edx-exams judge every attempt, also an own one and one that still runs (edx-exams.md §4). */
type Judging = { fromAnyStatus?: boolean };

/** Staff reject a submitted attempt, with a reason. */
export class RejectAttempt extends CommandWithReason<{ rejectedBy: number } & Judging> {
  readonly type = 'RejectAttempt';
}

/** Staff verify a submitted attempt, with a reason: the review of a person, also after a provider has judged it. */
export class VerifyAttempt extends CommandWithReason<{ verifiedBy: number } & Judging> {
  readonly type = 'VerifyAttempt';
}

export type ReviewCommand = ApplyReview | ReapplyReview | RejectAttempt | VerifyAttempt;
