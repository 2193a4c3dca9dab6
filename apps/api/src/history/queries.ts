import { isListCursor } from '#audit';
import { refused } from '../http/http-answer.js';

/** The cursor of a line of a list in a query. @throws HttpAnswer with status 400 */
export function listCursorIn({ after }: { after?: string }): string | undefined {
  if (after !== undefined && !isListCursor(after)) throw refused(400, 'after: not the cursor of a line.');
  return after;
}
