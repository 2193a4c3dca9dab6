import { limits } from '#domain';
import { id, text } from '../document/schemas.js';
import { Anything, Bool, DateTime, Integer, Text } from '../requests/fields.js';

/** R1 POST; errors are reported in this order. `due_date` and `backend` are checked and ignored, as in the reference. */
export class CreateExamRequest {
  @Integer({ required: false, most: limits.id }) id?: number;
  @Text() course_id: string;
  @Text() content_id: string;
  @Text() external_id: string;
  @Text({ maxLength: limits.text }) exam_name: string;
  @Integer({ most: limits.minutes }) time_limit_mins: number;
  @Bool() is_proctored: boolean;
  @Bool() is_practice_exam: boolean;
  @Bool() is_active: boolean;
  @DateTime({ required: false }) due_date?: string;
  @Bool() hide_after_due: boolean;
  @Text({ required: false }) backend?: string;
}

/** One item of R5; errors are reported in this order. */
export class PublishedExamRequest {
  @Integer({ required: false, most: limits.id }) id?: number;
  @Text() course_id: string;
  @Text() content_id: string;
  @Text({ required: false, nullable: true }) external_id?: string | null;
  @Text({ maxLength: limits.text }) exam_name: string;
  @Integer({ most: limits.minutes }) time_limit_mins: number;
  @Bool() is_proctored: boolean;
  @Bool() is_practice_exam: boolean;
  @Bool() is_active: boolean;
  @DateTime({ required: false, nullable: true }) due_date?: string | null;
  @Bool() hide_after_due: boolean;
  @Text({ required: false }) backend?: string;
}

/** R1 PUT: absent and null leave a field as it is. */
export class ChangeExamRequest {
  @Anything({ required: false, like: id }) exam_id?: unknown;
  @Anything({ required: false, like: text, maxLength: limits.text }) exam_name?: unknown;
  @Integer({ required: false, nullable: true, most: limits.minutes }) time_limit_mins?: number | null;
  @Bool({ required: false, nullable: true }) is_proctored?: boolean | null;
  @Bool({ required: false, nullable: true }) is_practice_exam?: boolean | null;
  @Anything({ required: false, like: text }) external_id?: unknown;
  @Bool({ required: false, nullable: true }) is_active?: boolean | null;
  @Bool({ required: false, nullable: true }) hide_after_due?: boolean | null;
}

export class ReviewPolicyRequest {
  @Text({ blank: true, maxLength: limits.text }) review_policy: string;
}
