import { listOf, number, object, oneOf, text } from '../document/schemas.js';

/** The expiration is in seconds. */
export const examAccessToken = object('ExamAccessToken', {
  exam_access_token: text,
  exam_access_token_expiration: number,
});

const publicKey = object('PublicKey', { kty: oneOf('RSA'), use: oneOf('sig'), alg: oneOf('RS512'), n: text, e: text });
export const keySet = object('KeySet', { keys: listOf(publicKey) });
