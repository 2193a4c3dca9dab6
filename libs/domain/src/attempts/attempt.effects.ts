import { needsCreditUpdate, type Status } from './attempt.statuses.js';

/** An effect of an event outside this service. Effects follow in their order (domain.md §9.11). */
export type Effect =
  | { kind: 'learner_state'; action: 'complete' | 'reset' }
  | { kind: 'credit'; status: 'submitted' | 'satisfied' | 'declined' | 'failed' | 'removed' }
  | { kind: 'grade'; action: 'override'; overriddenBy: number | null; comment: string }
  | { kind: 'grade'; action: 'undo' }
  | { kind: 'certificate'; action: 'invalidate' }
  | { kind: 'mail'; template: 'submitted' | 'verified' | 'rejected' | 'appeal_upheld' | 'appeal_dismissed' }
  /** `confirmed`: the provider removed the attempt before the event, so it is not notified. */
  | ({
      kind: 'provider';
      action: 'start' | 'stop' | 'mark_erroneous' | 'remove';
      confirmed?: boolean;
    } & Partial<ProviderIds>)
  /** Each status is published for the service that verifies names (domain.md §9.8). Null: there is no provider. */
  | { kind: 'status_signal'; isPracticeExam: boolean; supportsOnboarding: boolean | null }
  /** Asks course staff to look at the review (domain.md §9.5), or to answer the appeal. */
  | { kind: 'support_notice'; about: 'suspicious_review' | 'appeal' };

/** An attempt's provider, with its ids of exam and attempt. Without them no provider is notified. */
export type ProviderIds = { provider: string; examExternalId: string | null; attemptExternalId: string };

const creditStatusOf: { [S in Status]?: 'submitted' | 'satisfied' | 'declined' | 'failed' } = {
  verified: 'satisfied',
  submitted: 'submitted',
  declined: 'declined',
  rejected: 'failed',
  error: 'failed',
};

/** Does this change affect credit, grades, certificates and mail? `all`: the statuses of all attempts (domain.md §9.1). */
export const countsForCourse = (to: Status, all: readonly Status[], isPractice: boolean): boolean => {
  if (isPractice || all.length === 1) return true;
  if (to === 'declined' || to === 'error') return true;
  if (to === 'submitted') return !all.includes('rejected');
  if (to === 'verified') return all.every((status) => status === 'verified');
  if (to === 'rejected') return all.filter((status) => status === 'rejected').length <= 1 && !all.includes('declined');
  return false;
};

export type Change = {
  from: Status;
  to: Status;
  /** The statuses of all the learner's attempts at the exam, after the change. */
  all: readonly Status[];
  isPractice: boolean;
  hasProvider: boolean;
  providerIds: ProviderIds | undefined;
  providerName: string | null;
  supportsOnboarding: boolean;
  isFirstStart: boolean;
  isFirstCompletion: boolean;
  sendsMail: boolean;
  overridesGradeOnRejection: boolean;
  /** The reviewer, if known. */
  by: number | null;
};

/** The effects of a status change, in order (domain.md §9.2–9.8, §9.11). */
export const effectsOf = (change: Change): Effect[] => {
  const { to, providerIds } = change;
  const effects: Effect[] = [];
  if (change.isFirstCompletion) effects.push({ kind: 'learner_state', action: 'complete' });
  if (countsForCourse(to, change.all, change.isPractice)) effects.push(...courseEffects(change));
  if (change.hasProvider) {
    if (change.isFirstStart) effects.push({ kind: 'provider', action: 'start', ...providerIds });
    if (to === 'submitted') effects.push({ kind: 'provider', action: 'stop', ...providerIds });
    if (to === 'error') effects.push({ kind: 'provider', action: 'mark_erroneous', ...providerIds });
  }
  const { isPractice: isPracticeExam, supportsOnboarding } = change;
  effects.push({ kind: 'status_signal', isPracticeExam, supportsOnboarding });
  return effects;
};

const courseEffects = ({ from, to, overridesGradeOnRejection, providerName, by, sendsMail }: Change): Effect[] => {
  const effects: Effect[] = [];
  const credit = creditStatusOf[to];
  if (credit) effects.push({ kind: 'credit', status: credit });
  if (to === 'rejected' && overridesGradeOnRejection) {
    const comment = providerName === null ? 'Failed Proctoring' : `Failed ${providerName} proctoring`;
    effects.push({ kind: 'grade', action: 'override', overriddenBy: by, comment });
    effects.push({ kind: 'certificate', action: 'invalidate' });
  }
  if (to === 'verified' && from === 'rejected' && overridesGradeOnRejection)
    effects.push({ kind: 'grade', action: 'undo' });
  if (sendsMail && (to === 'submitted' || to === 'verified' || to === 'rejected'))
    effects.push({ kind: 'mail', template: to });
  return effects;
};

/** The effects of removing an attempt (domain.md §2.10). */
export const effectsOfRemoval = (
  status: Status,
  providerIds: ProviderIds | undefined,
  isConfirmed: boolean,
): Effect[] => [
  { kind: 'provider', action: 'remove', ...providerIds, ...(isConfirmed ? { confirmed: true } : {}) },
  { kind: 'learner_state', action: 'reset' },
  { kind: 'grade', action: 'undo' },
  ...(needsCreditUpdate(status) ? [{ kind: 'credit', status: 'removed' } as const] : []),
];
