import { Anything, Text } from '../requests/fields.js';

/** R9 POST. The flags are texts: "true" in any case is true, every other text is not (rest-api.md §5.4). */
export class CreateAttemptRequest {
  @Text({ required: false, blank: true, strict: true }) start_clock?: string;
  @Text({ required: false, blank: true, strict: true }) attempt_proctored?: string;
  @Anything({ required: false }) exam_id?: unknown;
}

/** R6 PUT. */
export class ChangeAttemptRequest {
  @Anything({ required: false }) action?: unknown;
  @Anything({ required: false }) user_id?: unknown;
  @Anything({ required: false }) detail?: unknown;
}
