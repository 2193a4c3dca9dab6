import { integer, listOf, object, orNull, text } from '../document/schemas.js';

export const attemptProofs = object('AttemptProofs', {
  attempt_id: integer,
  proofs: listOf(
    object('AttemptProof', {
      event_id: { type: 'string', format: 'uuid' },
      version: integer,
      leaf: orNull({ ...text, description: 'The text of the leaf: the RFC 8785 form of the place, time and hash' }),
      proof: orNull({ ...text, description: 'In the form of C2SP tlog-proof' }),
    }),
  ),
});

export const attemptChain = object('AttemptChain', {
  attempt_id: integer,
  stream: text,
  events: listOf(
    object('LinkOfChain', {
      event_id: { type: 'string', format: 'uuid' },
      version: integer,
      type: text,
      hashed: { ...text, description: 'The text under the hash of the event, made of the stored texts' },
      leaf: text,
      proof: orNull({
        ...text,
        description: 'In the form of C2SP tlog-proof; null while no signed checkpoint covers it',
      }),
    }),
  ),
});
