import { LearnerAtExamCommand } from '../command.js';
import type { ReviewStatus } from './review.js';

/** `reviewedBy` is a known user. */
export class ApplyReview extends LearnerAtExamCommand<{
  attemptId: number;
  attemptCode: string;
  status: ReviewStatus;
  reviewedBy: number | null;
  commentCount: number;
  sealed: string;
}> {
  readonly type = 'ApplyReview';
}

/** An operator has the last review of an attempt judged once more, by the settings of now (domain.md §13.1). */
export class ReapplyReview extends LearnerAtExamCommand<{ attemptId: number }> {
  readonly type = 'ReapplyReview';
}

export type ReviewCommand = ApplyReview | ReapplyReview;
