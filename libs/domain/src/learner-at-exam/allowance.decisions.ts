import type { AllowanceCommand } from '../allowances/allowance.commands.js';
import type { AllowanceEvent } from '../allowances/allowance.events.js';
import { type Allowance, isMinutesKey } from '../allowances/allowance.js';
import type { Handlers } from '../decider.js';
import { limits } from '../limits.js';
import { Refusal } from '../refusal.js';
import type { LearnerAtExam } from './learner-at-exam.js';

/** Minutes must be whole, not negative and at most ten years; other keys take any value (domain.md §5.1). */
export const refuseBadMinutes = (key: string, value: string): void => {
  if (!isMinutesKey(key)) return;
  if (!/^\d+$/.test(value)) throw notAllowed(`allowance_value "${value}" should be non-negative integer value.`);
  if (Number(value) > limits.minutes) throw notAllowed(`allowance_value should be at most ${limits.minutes} minutes.`);
};

const notAllowed = (message: string) => new Refusal('allowance_value_not_allowed', message);

export const allowanceDecisions: Handlers<LearnerAtExam, AllowanceCommand, AllowanceEvent[]> = {
  GrantAllowance: (state, { facts, learner, data: { key, value, isOnly, inactiveToo, at }, allowance }) => {
    refuseBadMinutes(key, value);
    // The reference's message is empty (domain.md §2.9).
    if (!facts.exam.isActive && !inactiveToo) throw new Refusal('exam_not_active', '');
    const before = state.allowances.find((each) => each.key === key);
    const allowanceId = before?.allowanceId ?? allowance.id;
    const others = isOnly ? state.allowances.filter((each) => each.key !== key) : [];
    const withdrawals = others.map((each) => withdrawal(each, at, { replacedBy: allowanceId }));
    if (before && isSame(before, allowance.kept)) return withdrawals;
    const type = before ? 'AllowanceChanged' : 'AllowanceGranted';
    return [...withdrawals, { type, data: { allowanceId, ...learner, key, ...allowance.kept, at } }];
  },

  WithdrawAllowance: (state, { data: { key, at } }) => {
    const allowance = state.allowances.find((each) => each.key === key);
    return allowance ? [withdrawal(allowance, at)] : [];
  },

  BlankAllowances: (state, { data: { at } }) =>
    state.allowances
      .filter(({ value }) => value !== '')
      .map(({ allowanceId, key }) => ({ type: 'AllowanceBlanked', data: { allowanceId, key, at } })),
};

const withdrawal = (
  { allowanceId, key }: Allowance,
  at: string,
  more: { replacedBy?: number } = {},
): AllowanceEvent => ({ type: 'AllowanceWithdrawn', data: { allowanceId, key, ...more, at } });

const isSame = ({ value, sealed }: Allowance, kept: { value?: string; sealed?: string }) =>
  value === (kept.value ?? null) && sealed === (kept.sealed ?? null);

type Granted = Extract<AllowanceEvent, { type: 'AllowanceGranted' | 'AllowanceChanged' }>;

const putAllowance = (state: LearnerAtExam, { data }: Granted): LearnerAtExam => {
  const { allowanceId, key } = data;
  const value = 'value' in data ? data.value : null;
  const sealed = 'sealed' in data ? data.sealed : null;
  const others = state.allowances.filter((each) => each.allowanceId !== allowanceId);
  return { ...state, allowances: [...others, { allowanceId, key, value, sealed }] };
};

export const allowanceEvolution: Handlers<LearnerAtExam, AllowanceEvent, LearnerAtExam> = {
  AllowanceGranted: putAllowance,
  AllowanceChanged: putAllowance,
  AllowanceBlanked: (state, { data }) => ({
    ...state,
    allowances: state.allowances.map((each) =>
      each.allowanceId === data.allowanceId ? { ...each, value: '', sealed: null } : each,
    ),
  }),
  AllowanceWithdrawn: (state, { data }) => ({
    ...state,
    allowances: state.allowances.filter(({ allowanceId }) => allowanceId !== data.allowanceId),
  }),
};
