import { id, oneOf } from '../document/schemas.js';
import { Anything, Text } from '../requests/fields.js';
import { actions } from './attempts.actions.js';

/** R9 POST. The flags are texts: "true" in any case is true, every other text is not (rest-api.md §5.4). */
export class CreateAttemptRequest {
  @Text({ required: false, blank: true, strict: true, like: oneOf('true', 'false') }) start_clock?: string;
  @Text({ required: false, blank: true, strict: true, like: oneOf('true', 'false') }) attempt_proctored?: string;
  @Anything({ required: false, like: id }) exam_id?: unknown;
}

/** R6 PUT. */
export class ChangeAttemptRequest {
  @Anything({ required: false, like: oneOf(...Object.keys(actions)) }) action?: unknown;
  @Anything({ required: false, like: id }) user_id?: unknown;
  /** The browser's text about the error. */
  @Anything({ required: false, maxLength: 100_000 }) detail?: unknown;
}
