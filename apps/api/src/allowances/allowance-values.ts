import { type AllowanceType, additionalTime, type Exam, limits, minutesByMultiplier } from '#domain';
import { refused } from '../http/http-answer.js';
import { asciiDigits, longestNumber } from '../requests/fields.js';

export const isMinutes = (text: string): boolean => /^\d+$/.test(text) && Number(text) <= limits.minutes;

/** A number of at least 1, as the reference reads texts: digits of any script, and `_` between them. */
export const multiplierIn = (value: unknown): number | undefined => {
  const text = typeof value === 'string' && value.length <= longestNumber ? asciiDigits(value).trim() : '';
  const isNumber = /^[+-]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)(e[+-]?\d+)?$/i.test(text);
  const multiplier = value === true ? 1 : isNumber ? Number(text.replaceAll('_', '')) : value;
  const isAllowed = typeof multiplier === 'number' && multiplier >= 1 && multiplier <= limits.multiplier;
  return isAllowed ? multiplier : undefined;
};

/** The allowance that a type and a value of a request mean at an exam. */
export function allowanceAtExam(type: AllowanceType, value: string): (exam: Exam) => { key: string; value: string } {
  if (type === 'review_policy_exception') return () => ({ key: type, value });
  if (type === additionalTime) {
    if (!isMinutes(value)) throw refused(400, `value: Enter whole minutes from 0 to ${limits.minutes}.`);
    return () => ({ key: type, value: String(Number(value)) });
  }
  const multiplier = multiplierIn(value);
  if (multiplier === undefined) throw refused(400, `value: Enter a number from 1 to ${limits.multiplier}.`);
  return (exam) => ({ key: additionalTime, value: minutesByMultiplier(exam.timeLimitMins, multiplier) });
}
