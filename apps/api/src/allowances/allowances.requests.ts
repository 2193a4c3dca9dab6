import { Anything } from '../requests/fields.js';

/** R14: the reference has no serializer here; what each field may be is in rest-api.md §5.9. */
export class AllowanceRequest {
  @Anything({ required: false }) course_id?: unknown;
  @Anything({ required: false }) exam_id?: unknown;
  @Anything({ required: false }) user_info?: unknown;
  @Anything({ required: false }) user_id?: unknown;
  @Anything({ required: false }) key?: unknown;
  @Anything({ required: false }) value?: unknown;
}
