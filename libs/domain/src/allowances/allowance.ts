import { roundHalfEven } from '../attempts/attempt.words.js';

/** Only this key changes the time of an exam (domain.md §1.6). */
export const additionalTime = 'additional_time_granted';
const additionalTimeLabel = 'Additional Time (minutes)';

/** Must the value of this key be a whole number of minutes? Clients may send the label as the key (domain.md §5.1). */
export const isMinutesKey = (key: string): boolean => key === additionalTime || key === additionalTimeLabel;

export type Allowance = { allowanceId: number; key: string; value: string | null; sealed: string | null };

/** The additional minutes; 0 if the allowance is missing, blank or no number. */
export const additionalMinutesOf = (allowances: readonly Pick<Allowance, 'key' | 'value'>[]): number =>
  Number.parseInt(allowances.find(({ key }) => key === additionalTime)?.value || '0', 10) || 0;

/** Staff may grant these. A multiplier becomes additional time of each exam. */
export const allowanceTypes = [additionalTime, 'time_multiplier', 'review_policy_exception'] as const;
export type AllowanceType = (typeof allowanceTypes)[number];

/** The additional minutes with which an exam takes this many times as long. Half minutes round to even (domain.md §5.3). */
export const minutesByMultiplier = (limitMinutes: number, multiplier: number): string =>
  BigInt(roundHalfEven(limitMinutes * (multiplier - 1))).toString();
