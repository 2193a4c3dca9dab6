import { instantOf } from '#domain';
import type { Schema } from '#shapes';
import { text } from '../document/schemas.js';
import { refused } from '../http/http-answer.js';

/** The time in a query. @throws HttpAnswer with status 400 */
export function timeIn(given: string | undefined, name: string): string | undefined {
  const at = given === undefined ? undefined : instantOf(given);
  if (given !== undefined && at === undefined) throw refused(400, `${name}: not an ISO 8601 time.`);
  return at;
}

/** One of some words in a query. @throws HttpAnswer with status 400 */
export function wordIn<Word extends string>(
  given: string | undefined,
  words: readonly Word[],
  name: string,
): Word | undefined {
  const word = words.find((each) => each === given);
  if (given !== undefined && word === undefined) throw refused(400, `${name}: Must be one of ${words.join(', ')}.`);
  return word;
}

const pattern = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z,\\d{1,18}$';

/** The place of a row in a list in the order of time: its time and its number. */
export const timeCursor: Schema = { ...text, pattern };

/** The cursor in a query. @throws HttpAnswer with status 400 */
export function timeCursorIn(after: string | undefined): string | undefined {
  if (after !== undefined && !(new RegExp(pattern).test(after) && instantOf(after.split(',')[0])))
    throw refused(400, 'after: not the cursor of a line or a page.');
  return after;
}
