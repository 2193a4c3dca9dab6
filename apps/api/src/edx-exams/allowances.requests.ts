import { limits } from '#domain';
import { Integer, Text } from '../requests/fields.js';

const name = { required: false, nullable: true, blank: true };

/** One allowance of E2. The learner is named by user name, else by e-mail. */
export class ExtraMinutesRequest {
  @Text(name) username?: string | null;
  @Text(name) email?: string | null;
  @Integer({ least: 0, most: limits.id }) exam_id: number;
  @Integer({ least: 0, most: limits.minutes }) extra_time_mins: number;
}
