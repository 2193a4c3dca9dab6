import { asciiDigits } from '../requests/fields.js';

/** Groups or rows of a page in every list (rest-api.md §5.5, §5.14). */
const pageSize = 25;

export type Page = { number: number; of: number; offset: number; limit: number };

/** The requested page. Without a number it is the first page, with a number out of range the last (rest-api.md §5.5). */
export const pageOf = (asked: string | undefined, count: number): Page => {
  const text = asciiDigits(asked ?? '');
  const of = Math.max(1, Math.ceil(count / pageSize));
  const wanted = /^\s*[+-]?\d+(_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : 1;
  const number = wanted >= 1 && wanted <= of ? wanted : of;
  return { number, of, offset: (number - 1) * pageSize, limit: pageSize };
};
