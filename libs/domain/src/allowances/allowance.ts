/** The one key that changes the time of an exam; other keys are kept and have no effect on it (domain.md §1.6). */
export const additionalTime = 'additional_time_granted';
const additionalTimeLabel = 'Additional Time (minutes)';

/** Must a value under this key be a whole number of minutes? The label is accepted for the key (domain.md §5.1). */
export const isMinutesKey = (key: string): boolean => key === additionalTime || key === additionalTimeLabel;

export type Allowance = { allowanceId: number; key: string; value: string | null; sealed: string | null };

/** Minutes granted; a missing, blank or unreadable allowance is none. */
export const additionalMinutesOf = (allowances: readonly Allowance[]): number =>
  Number.parseInt(allowances.find(({ key }) => key === additionalTime)?.value || '0', 10) || 0;
