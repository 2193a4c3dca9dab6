import { Bool, DateTime, Integer, Text } from '../requests/fields.js';

/** What every listed or posted exam says (rest-api.md §5.1, §5.2), in the order in which errors are reported. */
class ExamFields {
  @Integer({ required: false }) id?: number;
  @Text() course_id: string;
  @Text() content_id: string;
}

/** R1 POST. `due_date` and `backend` are checked and ignored, as in the reference. */
export class CreateExamRequest extends ExamFields {
  @Text() external_id: string;
  @Text() exam_name: string;
  @Integer() time_limit_mins: number;
  @Bool() is_proctored: boolean;
  @Bool() is_practice_exam: boolean;
  @Bool() is_active: boolean;
  @Bool() hide_after_due: boolean;
  @DateTime({ required: false }) due_date?: string;
  @Text({ required: false }) backend?: string;
}

/** One item of R5. */
export class PublishedExamRequest extends ExamFields {
  @Text({ required: false, nullable: true }) external_id?: string | null;
  @Text() exam_name: string;
  @Integer() time_limit_mins: number;
  @Bool() is_proctored: boolean;
  @Bool() is_practice_exam: boolean;
  @Bool() is_active: boolean;
  @Bool() hide_after_due: boolean;
  @DateTime({ required: false, nullable: true }) due_date?: string | null;
  @Text({ required: false }) backend?: string;
}

/** R1 PUT: absent and null leave a field as it is. */
export class ChangeExamRequest {
  @Integer({ required: false, nullable: true }) exam_id?: number | null;
  @Text({ required: false, nullable: true, blank: true }) exam_name?: string | null;
  @Integer({ required: false, nullable: true }) time_limit_mins?: number | null;
  @Bool({ required: false, nullable: true }) is_proctored?: boolean | null;
  @Bool({ required: false, nullable: true }) is_practice_exam?: boolean | null;
  @Text({ required: false, nullable: true, blank: true }) external_id?: string | null;
  @Bool({ required: false, nullable: true }) is_active?: boolean | null;
  @Bool({ required: false, nullable: true }) hide_after_due?: boolean | null;
}

export class ReviewPolicyRequest {
  @Text({ blank: true }) review_policy: string;
}
