import type { Shape } from '../../api/client.js';
import { useTexts } from '../../kit/texts.js';

export type Allowance = Shape<'AllowanceOfLearner'>;
export type Learner = Shape<'Learner'>;
export type OfLearner = { learner: Learner; allowance: Allowance };
export type Kind = Shape<'CourseAllowancesRequest'>['allowance_type'];

export const kinds: readonly Kind[] = ['additional_time_granted', 'time_multiplier', 'review_policy_exception'];
export const isKind = (key: string): key is Kind => kinds.some((kind) => kind === key);
export const isTime = (key: string) => key === 'additional_time_granted';

const mostMinutes = 5_256_000;
const mostTimes = 1_000;

/** Whether the service takes this value. */
export const isAllowed: Record<Kind, (value: string) => boolean> = {
  additional_time_granted: (value) => /^\d+$/.test(value) && Number(value) <= mostMinutes,
  time_multiplier: (value) => /^\d+(\.\d+)?$/.test(value) && Number(value) >= 1 && Number(value) <= mostTimes,
  review_policy_exception: (value) => value.trim() !== '',
};

export const wordOf: Record<Kind, { label: string; hint: string; need: string }> = {
  additional_time_granted: {
    label: 'allowances.minutes',
    hint: 'allowances.minutes_hint',
    need: 'allowances.need_minutes',
  },
  time_multiplier: {
    label: 'allowances.multiplier',
    hint: 'allowances.multiplier_hint',
    need: 'allowances.need_multiplier',
  },
  review_policy_exception: {
    label: 'allowances.exception',
    hint: 'allowances.exception_hint',
    need: 'allowances.need_exception',
  },
};

/** Keys that other clients made have no words of their own. */
export function KindName({ name }: { name: string }) {
  const say = useTexts();
  return isKind(name) ? say(`allowances.kind.${name}`) : name;
}

/** An allowance in words: "10 minutes more". */
export function AllowanceWords({ kind, value }: { kind: Kind; value: string }) {
  const say = useTexts();
  if (kind === 'review_policy_exception') return `“${value}”`;
  const id = kind === 'time_multiplier' ? 'allowances.times_as_long' : 'allowances.more_minutes';
  return say(id, { minutes: Number(value), times: Number(value) });
}
