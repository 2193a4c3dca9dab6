import { accessOutcomes, type RecordedAccess } from '#access-log';
import { integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';

export const foundAccesses = object('FoundAccesses', {
  results: listOf(
    object<RecordedAccess>('Access', {
      cursor: text,
      id: integer,
      at: time,
      action: { ...text, description: 'A route with the names of its parameters, or a command of an operator' },
      outcome: oneOf(...accessOutcomes),
      status: orNull(integer),
      request_id: orNull(text),
      token_id: orNull(text),
      user_id: orNull(integer),
      os_user: orNull(text),
      operator: orNull(text),
      objects: listOf(text),
      rows: orNull(integer),
      times: integer,
      rights: orNull(listOf(object('RightsChange', { user_id: integer, gained: listOf(text), lost: listOf(text) }))),
    }),
  ),
  next: orNull({ ...text, description: 'Give it as `after` for the next page; null on the last page' }),
});
