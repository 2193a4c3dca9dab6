import { integer, listOf, object, text } from '../document/schemas.js';

export const consistency = object('Consistency', {
  tree: integer,
  from: integer,
  to: integer,
  hashes: listOf({ ...text, description: 'SHA-256, base64, in the order of RFC 6962' }),
});
