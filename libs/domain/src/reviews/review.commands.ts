import { LearnerAtExamCommand } from '../command.js';
import type { ReviewEvent } from './review.events.js';

/** `reviewedBy` is a user of the roster. */
export class ApplyReview extends LearnerAtExamCommand<Omit<ReviewEvent['data'], 'effects' | 'at'>> {
  readonly type = 'ApplyReview';
}

/** Applies the last review of an attempt again, with today's settings (an operator's command, domain.md §13.1). */
export class ReapplyReview extends LearnerAtExamCommand<{ attemptId: number }> {
  readonly type = 'ReapplyReview';
}

export type ReviewCommand = ApplyReview | ReapplyReview;
