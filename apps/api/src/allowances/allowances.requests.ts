import { type AllowanceType, allowanceTypes, limits } from '#domain';
import { either, id, number, text } from '../document/schemas.js';
import { Anything, Ids, OneOf, Text, Texts } from '../requests/fields.js';

/** R14: the reference has no serializer here; what each field may be is in rest-api.md §5.9. */
export class AllowanceRequest {
  @Anything({ required: false, like: text }) course_id?: unknown;
  @Anything({ required: false, like: id }) exam_id?: unknown;
  @Anything({ required: false, like: either(text, id) }) user_info?: unknown;
  @Anything({ required: false, like: id }) user_id?: unknown;
  @Anything({ required: false, like: text }) key?: unknown;
  @Anything({ required: false, like: text, maxLength: limits.text }) value?: unknown;
}

/** The longest text of a list: this many names, and the commas between them. */
const listLength = limits.items * (limits.name + 1);

/** R15, R16: lists are texts, separated by commas (rest-api.md §5.10). */
export class BulkAllowanceRequest {
  @Text({ required: false }) course_id?: string;
  @Text({ required: false, blank: true, maxLength: listLength, like: { pattern: '^\\d{1,9}(,\\d{1,9})*$' } })
  exam_ids?: string;
  @Text({ required: false, blank: true, maxLength: listLength }) user_ids?: string;
  @Text() allowance_type: string;
  @Anything({ like: either({ ...text, maxLength: limits.text }, number), maxLength: limits.text }) value: unknown;
}

/** The same allowance for several learners at several exams of a course. */
export class CourseAllowancesRequest {
  @Ids() exam_ids: number[];
  /** User names or e-mail addresses. */
  @Texts() learners: string[];
  @OneOf(allowanceTypes) allowance_type: AllowanceType;
  @Text({ maxLength: limits.text }) value: string;
}
