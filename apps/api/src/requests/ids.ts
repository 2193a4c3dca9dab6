import { Refusal } from '#domain';
import { asciiDigits, longestNumber } from './fields.js';

/** Values that count as absent in the reference: null, false, 0, and everything empty. */
export const isFalsy = (value: unknown): boolean =>
  !value || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * The id in a body's field, with the leniency of the reference: numbers, texts of digits with blanks around them, true.
 * Undefined when there is none; refused when it is something else.
 */
export const idIn = (value: unknown, field: string): number | undefined => {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return 1;
  const text = typeof value === 'string' && value.length <= longestNumber ? asciiDigits(value) : '';
  const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : value;
  if (typeof number === 'number' && Number.isFinite(number) && Math.abs(number) < 2 ** 63) return Math.trunc(number);
  throw new Refusal('bad_request', `${field}: A valid integer is required.`);
};
