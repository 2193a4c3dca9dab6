import { integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';

const uuid = { ...text, format: 'uuid' };

const receipt = object('MessageReceipt', {
  topic: text,
  partition: integer,
  offset: text,
  ce_id: text,
  published_at: time,
});

const consequence = object('Consequence', {
  kind: oneOf('message', 'mail', 'provider_notification'),
  to: { ...orNull(text), description: 'The topic, or the provider' },
  what: {
    ...orNull(text),
    description: 'The type of the message, the text of the mail, or the action of the provider',
  },
  state: {
    ...oneOf('done', 'not_sent', 'dead_letter', 'waiting', 'no_record'),
    description: '`no_record`: the subscription is past the event and kept no record of it',
  },
  at: orNull(time),
  reason: orNull(text),
  receipts: listOf(receipt),
});

const event = object('EventWithConsequences', {
  event_id: uuid,
  type: text,
  stream: text,
  version: integer,
  position: text,
  recorded_at: time,
  consequences: listOf(consequence),
});

export const consequences = object('Consequences', {
  commands: listOf(
    object('CommandWithEvents', {
      command_id: text,
      request_id: orNull(text),
      actor: { $ref: '#/components/schemas/Actor' },
      events: listOf(event),
    }),
  ),
});
