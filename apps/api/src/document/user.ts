import { integer, object, text } from './schemas.js';

/** rest-api.md §3.3. */
export const userSchema = object('User', { id: integer, username: text, email: text });
