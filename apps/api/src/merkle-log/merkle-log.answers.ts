import { flag, integer, listOf, number, object, orNull, text, time } from '../document/schemas.js';

export const consistency = object('Consistency', {
  tree: integer,
  from: integer,
  to: integer,
  hashes: listOf({ ...text, description: 'SHA-256, base64, in the order of RFC 6962' }),
});

const verifierKey = { ...text, description: 'A verifier key of C2SP signed-note' };

export const logState = object('LogState', {
  checkpoint: orNull(object('NewestCheckpoint', { tree: integer, size: integer, signed_at: time, note: text })),
  keys: listOf(
    object('LogKey', {
      public_key: { ...text, description: 'Ed25519, 32 bytes, base64' },
      signs: { ...flag, description: 'False: it was retired or revoked' },
      revoked: orNull(object('Revocation', { tree: integer, from_size: integer })),
    }),
  ),
  witnesses: listOf(
    object('WitnessState', {
      name: text,
      verifier_key: verifierKey,
      cosigned_at: orNull({ ...time, description: 'When it cosigned the newest checkpoint; null if it has not' }),
    }),
  ),
  quorum: { ...integer, description: 'How many witnesses must cosign' },
  unwitnessed_seconds: { ...number, description: 'For how long signed checkpoints have lacked witnesses' },
});
