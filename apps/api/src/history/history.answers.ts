import type { Stored } from '#event-store';
import { flag, integer, listOf, object, orNull, text, time } from '../document/schemas.js';

const storedEvent = object<Stored>('StoredEvent', {
  id: { type: 'string', format: 'uuid' },
  type: text,
  data: { type: 'object', additionalProperties: true, description: 'See the catalogue of events' },
  stream: text,
  version: integer,
  position: text,
  xid: text,
  schemaVersion: integer,
  metadata: { type: 'object', additionalProperties: true },
  recordedAt: time,
  hash: text,
});

export const attemptHistory = object('AttemptHistory', {
  attempt_id: integer,
  stream: text,
  is_intact: flag,
  problem: orNull(text),
  events: listOf(storedEvent),
});

export const attemptState = object('AttemptState', {
  attempt_id: integer,
  version: integer,
  state: orNull({ type: 'object', additionalProperties: true }),
});
