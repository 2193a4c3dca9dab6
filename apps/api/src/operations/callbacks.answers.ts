import type { QuarantinedCallback } from '#commands';
import { integer, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { pagedList } from '../http/page.js';

const unknownLearner = 'It names no known learner. `npm run callbacks -- list` shows the reason.';

/**
 * A refused review as REST shows it. Its body stays encrypted. Without a known learner its id and reason may be any text, also
 * a name, which no retirement erases.
 */
export const callbackJson = (callback: QuarantinedCallback) => ({
  id: callback.id,
  route: callback.route,
  external_id: callback.userId === null ? null : callback.externalId,
  provider: callback.provider,
  user_id: callback.userId,
  reason: callback.userId === null ? unknownLearner : callback.reason,
  times: callback.times,
  received_at: callback.receivedAt,
});

export const callbackColumns = [
  ...(['id', 'route', 'external_id', 'provider', 'user_id', 'reason', 'times', 'received_at'] as const),
];

export const quarantinedCallback = object<ReturnType<typeof callbackJson>>('QuarantinedCallback', {
  id: integer,
  route: oneOf('reviewed', 'review_callback'),
  external_id: orNull({ ...text, description: "The provider's id of the attempt; null without a known learner" }),
  provider: orNull({ ...text, description: 'Null if it did not prove with a secret that it sent the review' }),
  user_id: orNull(integer),
  reason: text,
  times: { ...integer, description: 'How often it came' },
  received_at: time,
});

export const quarantinedCallbackList = pagedList('QuarantinedCallbacks', quarantinedCallback);
