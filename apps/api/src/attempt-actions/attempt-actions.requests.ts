import { limits } from '#domain';
import { Bool, DateTime, Ids, Integer, Text } from '../requests/fields.js';

/** Which attempts of the course: these, all that run at an exam, or all that run. */
export class AttemptActionRequest {
  @Ids({ required: false, most: limits.pairs }) attempt_ids?: number[];
  @Integer({ required: false, most: limits.id }) exam_id?: number;
  @Bool({ required: false }) whole_course?: boolean;
  /** Answers what would happen. Nothing is changed. */
  @Bool({ required: false }) preview?: boolean;
}

/** Either `seconds`, or an outage: then each attempt gets the time that it lost. The learner reads the reason. */
export class ExtraTimeRequest extends AttemptActionRequest {
  @Integer({ required: false, most: limits.extraTimeSeconds }) seconds?: number;
  @DateTime({ required: false }) outage_from?: string;
  @DateTime({ required: false }) outage_until?: string;
  @Text({ strict: true, maxLength: limits.text }) reason: string;
}

export class TakeBackRequest extends AttemptActionRequest {
  @Text({ strict: true }) grant_id: string;
}

export class MessageRequest extends AttemptActionRequest {
  @Text({ strict: true, maxLength: limits.text }) text: string;
}
