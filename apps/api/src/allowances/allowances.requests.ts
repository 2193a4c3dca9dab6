import { Anything, Text } from '../requests/fields.js';

/** R14: the reference has no serializer here; what each field may be is in rest-api.md §5.9. */
export class AllowanceRequest {
  @Anything({ required: false }) course_id?: unknown;
  @Anything({ required: false }) exam_id?: unknown;
  @Anything({ required: false }) user_info?: unknown;
  @Anything({ required: false }) user_id?: unknown;
  @Anything({ required: false }) key?: unknown;
  @Anything({ required: false }) value?: unknown;
}

/** R15, R16: lists are texts, separated by commas (rest-api.md §5.10). */
export class BulkAllowanceRequest {
  @Text({ required: false }) course_id?: string;
  @Text({ required: false, blank: true }) exam_ids?: string;
  @Text({ required: false, blank: true }) user_ids?: string;
  @Text() allowance_type: string;
  @Anything() value: unknown;
}
