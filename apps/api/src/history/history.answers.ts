import type { ErasureCertificate } from '#commands';
import type { CourseConfigurationEvent, ExamEvent, LearnerAtExamEvent, LearnerEvent, LogKeyEvent } from '#domain';
import type { GenerationBegan, RecordedEvent } from '#event-store';
import type { Schema } from '#shapes';
import { eventData } from '../document/event-data.js';
import { anything, either, flag, integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';

export type LogEvent = RecordedEvent<
  ExamEvent | CourseConfigurationEvent | LearnerAtExamEvent | LearnerEvent | LogKeyEvent | GenerationBegan
>;

type EventType = LogEvent['type'];

const eventOf = (type: EventType) =>
  object<RecordedEvent>(type, {
    id: { ...text, format: 'uuid' },
    type: oneOf(type),
    data: eventData[type],
    stream: text,
    version: integer,
    generation: integer,
    position: text,
    xid: text,
    schemaVersion: integer,
    metadata: { $ref: '#/components/schemas/Metadata' },
    recordedAt: time,
    hash: text,
  });

/** One of these events. `type` tells them apart. */
const oneEventOf = (types: EventType[]): Schema => ({
  oneOf: types.map(eventOf),
  discriminator: {
    propertyName: 'type',
    mapping: Object.fromEntries(types.map((type) => [type, `#/components/schemas/${type}`])),
  },
});

const types = Object.keys(eventData) as EventType[];
export const eventTypes: readonly string[] = types;
export const logEvent = oneEventOf(types);
export const attemptEvent = oneEventOf(types.filter((type) => (eventData[type] as Schema).properties?.attemptId));

export const foundEvents = object('FoundEvents', {
  results: listOf(logEvent),
  next: orNull({ ...text, description: 'Give it as `after` for the next page; null on the last page' }),
});

export const attemptHistory = object('AttemptHistory', {
  attempt_id: integer,
  stream: text,
  is_intact: orNull({
    ...flag,
    description: 'True only of the events up to covered_to_version; null while no signed checkpoint covers an event',
  }),
  problem: orNull(text),
  covered_to_version: { ...integer, description: 'The last version that a signed checkpoint covers; 0 for none' },
  not_covered_since: orNull({ ...time, description: 'When the first event was recorded that none covers' }),
  events: listOf(attemptEvent),
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

export const momentText = either({ ...integer, minimum: 0, maximum: 999_999_999 }, time);

export const difference = object('Difference', { field: text, before: anything, after: anything });

export const attemptDifferences = object('AttemptDifferences', {
  attempt_id: integer,
  from_version: integer,
  to_version: integer,
  differences: listOf(difference),
  events: listOf(
    object('EventBetween', {
      event_id: { type: 'string', format: 'uuid' },
      version: integer,
      type: text,
      recorded_at: time,
      actor: { $ref: '#/components/schemas/Actor' },
    }),
  ),
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
