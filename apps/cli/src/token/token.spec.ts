import { decodeJwt, jwtVerify } from 'jose';
import { loadConfiguration } from '#configuration';
import { tokenFor } from './token.js';

const secret = 'a secret for tests only, long enough';
const parties = { JWT_AUDIENCE: 'exams', JWT_ISSUER: 'lms' };

describe('a token from the command line', () => {
  it('has the claims of the options, and is signed with the secret of the service', async () => {
    const options = { userId: 1, username: 'staff', administrator: true, scopes: ['audit:read'], expiresIn: '1h' };
    const token = await tokenFor(options, loadConfiguration({ JWT_SECRET: secret, ...parties }));
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), { audience: 'exams', issuer: 'lms' });
    expect(payload).toMatchObject({
      user_id: 1,
      preferred_username: 'staff',
      administrator: true,
      scopes: ['audit:read'],
    });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  it('has no other claims: the roster completes them', async () => {
    const token = await tokenFor({ userId: 1, expiresIn: '1h' }, loadConfiguration({ JWT_SECRET: secret, ...parties }));
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'user_id']);
  });

  it('cannot be made for a service that only has public keys', () => {
    expect(() =>
      tokenFor(
        { userId: 1, expiresIn: '1h' },
        loadConfiguration({ JWT_JWKS_URL: 'https://lms.example.org/keys', ...parties }),
      ),
    ).toThrow('public keys only');
  });
});
