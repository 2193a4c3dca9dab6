import { limits } from '#domain';
import { Bool, Text } from '../requests/fields.js';

/** The words of the person who appeals or rejects. The learner reads the reason of staff. */
export class ReasonRequest {
  @Text({ strict: true, maxLength: limits.text }) reason: string;
}

export class AnswerAppealRequest extends ReasonRequest {
  @Bool() upheld: boolean;
}
