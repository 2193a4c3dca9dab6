import type { ErasureCertificate } from '#commands';
import type { RecordedEvent } from '#event-store';
import { flag, integer, listOf, object, orNull, text, time } from '../document/schemas.js';

const storedEvent = object<RecordedEvent>('StoredEvent', {
  id: { type: 'string', format: 'uuid' },
  type: text,
  data: { type: 'object', additionalProperties: true, description: 'See the catalogue of events' },
  stream: text,
  version: integer,
  generation: integer,
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

export const attemptDeliveries = object('AttemptDeliveries', {
  attempt_id: integer,
  deliveries: listOf(
    object('Delivery', {
      event_id: { type: 'string', format: 'uuid' },
      event_type: text,
      version: integer,
      topic: text,
      partition: integer,
      offset: text,
      ce_id: text,
      published_at: time,
    }),
  ),
});

export const attemptState = object('AttemptState', {
  attempt_id: integer,
  version: integer,
  state: orNull({ type: 'object', additionalProperties: true }),
});

export const erasures = object('Erasures', {
  user_id: integer,
  certificates: listOf(
    object<ErasureCertificate>('ErasureCertificate', {
      certificate: { type: 'object', additionalProperties: true },
      signature: { ...text, description: 'Ed25519, base64, over the RFC 8785 form of the certificate' },
      public_key: text,
    }),
  ),
});
