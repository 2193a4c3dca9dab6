import { SignJWT } from 'jose';
import { tokenSettings } from '../../support/service.js';
import type { Person } from './stories.js';

export const secondsOf = (at: string) => Date.parse(at) / 1000;

/** Global staff besides the people of a story. */
export const operator: Person = {
  name: 'operator',
  username: 'operator',
  user_id: 9_000,
  email: 'operator@example.com',
  administrator: true,
  course_role: null,
  course_role_in: null,
  known_before: false,
};

/** A token of the LMS, as the recordings deviate from it in some exchanges. */
export function tokenOf(person: Person, at: string, deviation = ''): Promise<string> {
  const now = secondsOf(at);
  const token = new SignJWT({
    user_id: person.user_id,
    ...(deviation !== 'without preferred_username' && { preferred_username: person.username }),
    email: person.email,
    administrator: person.administrator,
    ...(person === operator && { scopes: ['roster:rights'] }),
    ...(deviation === 'with is_restricted true' && { is_restricted: true }),
    version: '1.2.0',
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setAudience(tokenSettings.JWT_AUDIENCE)
    .setIssuer(tokenSettings.JWT_ISSUER)
    .setExpirationTime(deviation === 'expired a minute ago' ? now - 60 : now + 3600);
  const secret = deviation === 'signed by an unknown key' ? 'x'.repeat(40) : tokenSettings.JWT_SECRET;
  return token.sign(new TextEncoder().encode(secret));
}
