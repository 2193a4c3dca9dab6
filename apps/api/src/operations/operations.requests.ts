import { limits } from '#domain';
import { Text } from '../requests/fields.js';

/** Without `ordering_key` it is about all dead letters of the subscription. */
export class RetryRequest {
  @Text({ strict: true }) subscription: string;
  @Text({ strict: true, required: false, nullable: true }) ordering_key?: string | null;
}

/** The reason is kept with the action. It must name nobody. */
export class SkipRequest {
  @Text({ strict: true }) subscription: string;
  @Text({ strict: true, maxLength: limits.name }) reason: string;
}
