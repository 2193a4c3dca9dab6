import { oneOf } from '../document/schemas.js';
import { Anything } from '../requests/fields.js';
import { learnerActions, staffActions } from './attempts.actions.js';

/** E7 PUT. */
export class ChangeExamAttemptRequest {
  @Anything({ required: false, like: oneOf(...Object.keys({ ...learnerActions, ...staffActions })) }) action?: unknown;
  /** The browser's text about an error. It is not kept. */
  @Anything({ required: false, maxLength: 100_000 }) detail?: unknown;
}
