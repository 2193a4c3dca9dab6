import { isListCursor } from '#audit';
import { instantOf } from '#domain';
import { refused } from '../http/http-answer.js';

/** The time in a query. @throws HttpAnswer with status 400 */
export const timeIn = ({ at }: { at?: string }): string | undefined => timeNamed('at', at);

export function timeNamed(name: string, given?: string): string | undefined {
  const at = given === undefined ? undefined : instantOf(given);
  if (given !== undefined && at === undefined) throw refused(400, `${name}: not an ISO 8601 time.`);
  return at;
}

/** The cursor of a line of a list in a query. @throws HttpAnswer with status 400 */
export function listCursorIn({ after }: { after?: string }): string | undefined {
  if (after !== undefined && !isListCursor(after)) throw refused(400, 'after: not the cursor of a line.');
  return after;
}
