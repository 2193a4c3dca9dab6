import { Refusal } from '#domain';
import { asciiDigits, longestNumber } from './fields.js';

/** Values that count as absent in the reference: null, false, 0, and everything empty. */
export const isFalsy = (value: unknown): boolean =>
  !value || (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * Reads an id as leniently as the reference: a number, a text of digits with blanks around them, or true. Answers undefined
 * if there is none. Refuses other values.
 */
export const idIn = (value: unknown, field: string): number | undefined => {
  const id = idOfAnySizeIn(value, field);
  if (id === undefined || Math.abs(id) < 2 ** 63) return id;
  throw notAnId(field);
};

/** The same for an id that is looked up: a larger one is unknown, like every id that no row has (release-6.1.md §5, D1). */
export const idOfAnySizeIn = (value: unknown, field: string): number | undefined => {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return 1;
  const text = typeof value === 'string' && value.length <= longestNumber ? asciiDigits(value) : '';
  const number = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return Math.trunc(number);
  throw notAnId(field);
};

const notAnId = (field: string) => new Refusal('bad_request', `${field}: A valid integer is required.`);
