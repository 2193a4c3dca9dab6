import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { Clock } from '#clock';
import { type Configuration, loadConfiguration, signToken } from '#configuration';
import { userById } from '#roster';
import { openDatabase } from '../../../../test/support/database.js';
import { shared } from '../../../../test/support/hooks.js';
import { Authentication } from './authentication.js';

const secret = 'a secret for tests only, long enough';
const bySecret: Configuration = { ...loadConfiguration({}), jwtSecret: secret };
const claims = { user_id: 7, preferred_username: 'alice' };

const database = shared(openDatabase);
let clock: Clock;
beforeAll(async () => {
  clock = new Clock(database.pool);
  await clock.synchronize();
});

const authentication = (configuration: Configuration) => new Authentication(configuration, database.pool, clock);
const callerOf = (headers: Record<string, string>, configuration = bySecret, method = 'GET') =>
  authentication(configuration).callerOf({ headers, method });
const answerTo = (token: string, configuration = bySecret) =>
  callerOf({ authorization: `JWT ${token}` }, configuration).then(
    (caller) => caller?.userId,
    (error) => [error.status, error.body.detail],
  );

/** A signing key and its public half. */
async function keyOf(algorithm: string) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: algorithm };
  const sign = () =>
    new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: algorithm }).setExpirationTime('1h').sign(privateKey);
  return { jwk, sign };
}

describe('credentials', () => {
  it('may come as JWT or Bearer, or as two cookies with a header that other sites cannot send', async () => {
    const token = await signToken(secret, claims);
    const [header, payload, signature] = token.split('.');
    const cookie = `a=b; edx-jwt-cookie-header-payload=${header}.${payload}; edx-jwt-cookie-signature=${signature}`;
    for (const authorization of [`JWT ${token}`, `Bearer ${token}`, `bearer  ${token}`])
      expect(await callerOf({ authorization })).toMatchObject({ userId: 7, username: 'alice' });
    expect(await callerOf({ cookie, 'use-jwt-cookie': 'true' })).toMatchObject({ userId: 7 });
    expect(await callerOf({ cookie })).toBeUndefined();
  });

  it('in cookies need the CSRF token of Django for a write, plain or masked', async () => {
    const [header, payload, signature] = (await signToken(secret, claims)).split('.');
    const jwt = `edx-jwt-cookie-header-payload=${header}.${payload}; edx-jwt-cookie-signature=${signature}`;
    const [plain, other] = ['abcdefghijklmnopqrstuvwxyz012345', 'bbcdefghijklmnopqrstuvwxyz012345'];
    const masked = `${'b'.repeat(32)}bcdefghijklmnopqrstuvwxyzA123456`;
    const put = (csrf: string, headers: object, method = 'PUT') =>
      callerOf({ cookie: `${jwt}; ${csrf}`, 'use-jwt-cookie': 'true', ...headers }, bySecret, method).then(
        (caller) => caller?.userId,
        (error) => error.body.detail,
      );
    expect(await put('', {}, 'HEAD')).toBe(7);
    expect(await put('', { 'x-csrftoken': plain })).toBe('CSRF Failed: CSRF cookie not set.');
    expect(await put(`csrftoken=${plain}`, {})).toBe('CSRF Failed: CSRF token missing.');
    expect(await put(`csrftoken=${plain}`, { 'x-csrftoken': plain })).toBe(7);
    expect(await put(`csrftoken=${plain}`, { 'x-csrftoken': masked })).toBe(7);
    expect(await put(`csrftoken=${masked}`, { 'x-csrftoken': plain })).toBe(7);
    for (const [cookie, wrong] of [
      [plain, other],
      [other, masked],
      ['short', 'short'],
      ['-'.repeat(32), '-'.repeat(32)],
    ])
      expect(await put(`csrftoken=${cookie}`, { 'x-csrftoken': wrong })).toBe(
        "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.",
      );
    const authorization = `JWT ${await signToken(secret, claims)}`;
    expect(await callerOf({ authorization }, bySecret, 'PUT')).toMatchObject({ userId: 7 });
  });

  it('may be missing, or of an unknown kind', async () => {
    expect(await callerOf({})).toBeUndefined();
    expect(await callerOf({ authorization: 'Basic abc' })).toBeUndefined();
    expect(await callerOf({ 'use-jwt-cookie': 'true' })).toBeUndefined();
    await expect(callerOf({ authorization: 'JWT' })).rejects.toMatchObject({ status: 403 });
  });
});

describe('a token', () => {
  it.each([
    ['nonsense', 'Error decoding token.'],
    ['a.b.c', 'Error decoding token.'],
  ])('that reads %j is refused', async (token, detail) => expect(await answerTo(token)).toEqual([403, detail]));

  it('is refused if it is unsigned, has a wrong signature, or has expired', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(await answerTo(`${part({ alg: 'none' })}.${part(claims)}.`)).toEqual([403, 'Invalid token.']);
    expect(await answerTo(await signToken('another secret', claims))).toEqual([403, 'Error decoding token.']);
    expect(await answerTo(await signToken(secret, claims, { expiresIn: '-1m' }))).toEqual([403, 'Token has expired.']);
  });

  it('must have the audience and the issuer that are configured', async () => {
    const strict = { ...bySecret, jwtAudience: 'exams', jwtIssuer: 'lms' };
    expect(await answerTo(await signToken(secret, claims), strict)).toEqual([403, 'Invalid token.']);
    expect(await answerTo(await signToken(secret, claims, { audience: 'exams', issuer: 'x' }), strict)).toEqual([
      403,
      'Invalid token.',
    ]);
    expect(await answerTo(await signToken(secret, claims, { audience: 'exams', issuer: 'lms' }), strict)).toBe(7);
  });

  it('must name its user', async () => {
    expect(await answerTo(await signToken(secret, {}))).toEqual([403, expect.stringContaining('which user')]);
    expect(await answerTo(await signToken(secret, { preferred_username: 'stranger' }))).toEqual([
      403,
      expect.stringContaining('which user'),
    ]);
  });

  it.each([
    [{ administrator: 'false' }, 'administrator must be true or false'],
    [{ administrator: 1 }, 'administrator must be true or false'],
    [{ superuser: 'true' }, 'superuser must be true or false'],
    [{ roles: 'test_review' }, 'roles must be a list'],
    [{ roles: [['test_review']] }, 'roles must be a string'],
    [{ scopes: { 'roster:rights': true } }, 'scopes must be a list'],
    [{ scopes: [1] }, 'scopes must be a string'],
    [{ user_id: '7' }, 'user_id must be a whole number from 1 to 9007199254740991'],
    [{ preferred_username: ['alice'] }, 'preferred_username must be a string'],
  ])('with the claim %j is refused', async (claim, problem) =>
    expect(await answerTo(await signToken(secret, { ...claims, ...(claim as object) }))).toEqual([
      403,
      `Invalid token: ${problem}.`,
    ]),
  );

  it('has its scopes in a list or in one text, as whole words', async () => {
    const scopesOf = async (scopes: unknown) =>
      (
        await callerOf({
          authorization: `JWT ${await signToken(secret, { ...claims, scopes } as typeof claims)}`,
        })
      )?.scopes;
    expect(await scopesOf(['roster:people', 'audit:read'])).toEqual(['roster:people', 'audit:read']);
    expect(await scopesOf('roster:people  audit:read')).toEqual(['roster:people', 'audit:read']);
    expect(await scopesOf('xroster:people')).toEqual(['xroster:people']);
    expect(await scopesOf('')).toEqual([]);
  });

  it('must expire', async () => {
    const key = new TextEncoder().encode(secret);
    const unending = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
    expect(await answerTo(unending)).toEqual([403, 'Invalid token: exp is required.']);
    const odd = new SignJWT({ ...claims, exp: 'never' as unknown as number });
    expect(await answerTo(await odd.setProtectedHeader({ alg: 'HS256' }).sign(key))).toEqual([403, 'Invalid token.']);
  });

  it('gives its rights to its own request only; the roster does not keep them', async () => {
    const powers = { administrator: true, superuser: true, roles: ['test_review'] };
    const newcomer = { user_id: 4711, preferred_username: 'newcomer' };
    const powerful = { isStaff: true, isSuperuser: true, groups: ['test_review'] };
    const powerless = { isStaff: false, isSuperuser: false, groups: [] };
    const by = async (given: object) => ({ authorization: `JWT ${await signToken(secret, given)}` });
    expect(await callerOf(await by({ ...newcomer, ...powers }))).toMatchObject(powerful);
    expect(await userById(database.pool, 4711)).toMatchObject({ username: 'newcomer', ...powerless });
    expect(await callerOf(await by(newcomer))).toMatchObject(powerless);
  });

  it('is refused once it has expired, even if it is remembered', async () => {
    const remembering = authentication(bySecret);
    const headers = { authorization: `JWT ${await signToken(secret, claims, { expiresIn: '1h' })}` };
    expect(await remembering.callerOf({ headers, method: 'GET' })).toMatchObject({ userId: 7 });
    await database.moveClock('2 hours');
    await clock.synchronize();
    await expect(remembering.callerOf({ headers, method: 'GET' })).rejects.toMatchObject({ status: 403 });
    await database.moveClock('0');
    await clock.synchronize();
  });

  it.each(['RS256', 'ES256', 'EdDSA'])('may be signed with %s and a configured public key', async (algorithm) => {
    const { jwk, sign } = await keyOf(algorithm);
    const { jwk: another } = await keyOf(algorithm);
    const { jwtSecret: _, ...noSecret } = bySecret;
    expect(await answerTo(await sign(), { ...noSecret, jwtJwks: { keys: [jwk] } })).toBe(7);
    expect(await answerTo(await sign(), { ...noSecret, jwtJwks: { keys: [another] } })).toEqual([
      403,
      'Error decoding token.',
    ]);
  });

  it('is refused if it is signed with a public key as the secret', async () => {
    const { jwk } = await keyOf('RS256');
    const { jwtSecret: _, ...noSecret } = bySecret;
    const forged = await signToken(JSON.stringify(jwk), claims);
    expect(await answerTo(forged, { ...noSecret, jwtJwks: { keys: [jwk] } })).toEqual([403, 'Invalid token.']);
  });

  it('is checked with keys from a URL; if they cannot be fetched, the answer is 503', async () => {
    const { jwk, sign } = await keyOf('ES256');
    const server = createServer((_, response) => response.end(JSON.stringify({ keys: [jwk] })));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const { jwtSecret: _, ...noSecret } = bySecret;
    const fetching = { ...noSecret, jwtJwksUrl: `http://127.0.0.1:${port}/keys` };
    expect(await answerTo(await sign(), fetching)).toBe(7);
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    expect(await answerTo(await sign(), fetching)).toEqual([503, expect.any(String)]);
  });
});
