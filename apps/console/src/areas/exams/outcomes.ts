import type { Shape } from '../../api/client.js';

export type Outcomes = Shape<'Outcomes'>;

/** The outcomes in the order of the charts and tables. */
export const outcomeNames = ['verified', 'rejected', 'second_review', 'waiting', 'error'] as const;

export const attemptsWith = (outcomes: Outcomes): number => outcomeNames.reduce((sum, name) => sum + outcomes[name], 0);

/** The text of an outcome. All but one are statuses. */
export const outcomeText = (name: (typeof outcomeNames)[number]) =>
  name === 'waiting' ? 'exams.waiting' : name === 'second_review' ? 'status.second_review_required' : `status.${name}`;
