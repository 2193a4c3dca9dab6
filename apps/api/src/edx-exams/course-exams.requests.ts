import { type ExamType, examTypes, limits } from '#domain';
import { Bool, DateTime, Integer, OneOf, Text } from '../requests/fields.js';

/** One exam of E3; errors are reported in this order. */
export class RegisteredExamRequest {
  @Text({ maxLength: limits.text }) exam_name: string;
  @Text() content_id: string;
  @Integer({ least: 0, most: limits.minutes }) time_limit_mins: number;
  @DateTime({ nullable: true }) due_date: string | null;
  @OneOf(examTypes, { refusal: 'Must be a valid exam type.', blank: 'This field may not be blank.' })
  exam_type: ExamType;
  @Bool() hide_after_due: boolean;
  @Bool() is_active: boolean;
}
