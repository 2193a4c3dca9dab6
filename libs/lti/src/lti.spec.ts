import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jwtVerify, SignJWT } from 'jose';
import { openDatabase } from '../../../test/support/database.js';
import { shared } from '../../../test/support/hooks.js';
import * as lti from './index.js';
import { newKeys, newTool } from './testing.js';

const database = shared(openDatabase);
const platform = { url: 'https://exams.example.org', name: 'Example Platform' };
const { tool, privateKey } = newTool();
const at = '2031-05-05T12:00:00.000Z';
const now = Date.parse(at) / 1000;
const signed = (claims: object, key = privateKey) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256' }).sign(createPrivateKey(key));

describe('the messages to a tool', () => {
  const launch = { sub: 'learner', generationId: 7, courseId: 'course-v1:a+b+c', contentId: 'midterm' };

  it('are signed with the key that the key set shows, and are valid for an hour', async () => {
    const message = lti.startProctoring(platform, tool, launch, 'session');
    const { key_ops: _, ...key } = lti.publicKeyFor(tool);
    const verified = await jwtVerify(
      await lti.signedFor(tool, { ...message, nonce: 'n' }, at),
      createPublicKey({ key, format: 'jwk' }),
      { currentDate: new Date(at), audience: 'tool-client', issuer: platform.url },
    );
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', kid: key.kid, typ: 'JWT' });
    expect(verified.payload).toMatchObject({ ...message, nonce: 'n', iat: now, exp: now + 3600 });
  });

  it('name another resource link for each generation of an exam', () => {
    const links = [7, 8].map((id) => lti.resourceLinkOf(platform, id));
    expect(new Set(links).size).toBe(2);
    expect(lti.resourceLinkOf(platform, 7)).toBe(links[0]);
  });

  it('begin at the login address of the tool, which may have parameters of its own', () =>
    expect(Object.fromEntries(new URL(lti.loginAddress(platform, tool, 'learner', 'hint')).searchParams)).toEqual({
      tenant: '3',
      iss: platform.url,
      client_id: 'tool-client',
      lti_deployment_id: '1',
      target_link_uri: tool.launchUrl,
      login_hint: 'learner',
      lti_message_hint: 'hint',
    }));
});

describe('an assertion of a tool', () => {
  const good = { iss: 'tool-client', sub: 'tool-client', aud: platform.url, exp: now + 300, jti: 'once' };
  const read = async (claims: object, key = privateKey) =>
    lti.readAssertion(platform, tool, await signed(claims, key), at);

  it.each([platform.url, `${platform.url}/lti/lti_consumer/v1/token/${tool.uuid}`])('may be for %s', async (aud) =>
    expect(await read({ ...good, aud })).toMatchObject({ jti: 'once' }),
  );

  it.each<[string, object, string]>([
    ['of another issuer', { iss: 'other' }, 'invalid_client'],
    ['of another subject', { sub: 'other' }, 'invalid_client'],
    ['for another service', { aud: 'https://other.example.org' }, 'invalid_grant'],
    ['without an end', { exp: undefined }, 'invalid_grant'],
    ['that lasts for a day', { exp: now + 86_400 }, 'invalid_grant'],
    ['that has expired', { exp: now - 60 }, 'unidentified_error'],
    ['without an id', { jti: undefined }, 'invalid_grant'],
  ])('%s is refused', async (_, changes, reason) =>
    expect(read({ ...good, ...changes })).rejects.toMatchObject({ reason }),
  );

  it('with another signature, or that is no token, is refused', async () => {
    await expect(read(good, newKeys().privateKey)).rejects.toMatchObject({ reason: 'invalid_client' });
    await expect(lti.readAssertion(platform, tool, 'abc', at)).rejects.toMatchObject({ reason: 'invalid_grant' });
  });

  it.each(['/none', '/text'])('cannot be judged while the key set cannot be fetched from %s', async (path) => {
    const server = createServer((_, response) => response.end('no key set')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    if (path === '/none') server.close();
    const away = { ...tool, toolKey: `http://127.0.0.1:${port}${path}` };
    const outage = { name: 'ProviderRefused', provider: tool.name, status: 503 };
    await expect(lti.readAssertion(platform, away, await signed(good), at)).rejects.toMatchObject(outage);
    server.close();
  });

  it('is used once, also by several processes', async () => {
    const assertion = { jti: randomUUID(), until: at };
    const uses = await Promise.all([1, 2, 3].map(() => lti.useAssertion(database.pool, 'tool-client', assertion)));
    expect(uses.filter(Boolean)).toEqual([true]);
  });
});

describe('an access token', () => {
  const control = 'https://purl.imsglobal.org/spec/lti-ap/scope/control.all';
  const tokenFor = async (scope: string) => (await lti.accessTokenFor(platform, tool, scope, at)).access_token;
  const mayControl = (token: string, other = tool, when = at) => lti.mayControl(platform, other, token, when);

  it('has only the scope that the service knows', async () => {
    expect(await lti.accessTokenFor(platform, tool, `openid ${control}`, at)).toMatchObject({ scope: control });
    expect(await mayControl(await tokenFor(`openid ${control}`))).toBe(true);
    expect(await mayControl(await tokenFor('openid'))).toBe(false);
  });

  it('is good for its tool alone, for an hour, and for nothing that the service signed with another purpose', async () => {
    const token = await tokenFor(control);
    expect(await mayControl(token, newTool({ clientId: 'other' }).tool)).toBeUndefined();
    expect(await mayControl(token, { ...tool, clientId: 'other' })).toBeUndefined();
    expect(await mayControl(token, tool, '2031-05-05T13:00:01.000Z')).toBeUndefined();
    const launch = { sub: 'learner', generationId: 7, courseId: 'c', contentId: 'm' };
    const message = await lti.signedFor(tool, lti.instructorLaunch(platform, tool, launch), at);
    expect(await mayControl(message)).toBeUndefined();
  });
});

describe('a launch', () => {
  const begun = { session: 'browser', userId: 2, message: 'start', generationId: 7, attemptId: 12 } as const;

  it('is used once, also by several processes, and within ten minutes', async () => {
    const hint = await lti.beginLaunch(database.pool, begun, at);
    expect(await lti.openLaunch(database.pool, hint, at)).toEqual(begun);
    const uses = await Promise.all([1, 2, 3].map(() => lti.useLaunch(database.pool, hint, at)));
    expect(uses.filter(Boolean)).toEqual([true]);
    expect(await lti.openLaunch(database.pool, hint, at)).toBeUndefined();
    const late = await lti.beginLaunch(database.pool, begun, at);
    expect(await lti.openLaunch(database.pool, late, '2031-05-05T12:10:00.000Z')).toBeUndefined();
  });

  it('keeps its session data in a browser; another browser must begin anew', async () => {
    const proctored = { attemptId: 12, userId: 2, generationId: 7, session: 'browser' };
    const data = await lti.keepProctoring(database.pool, proctored, at);
    expect(data).toMatch(/^[A-Za-z0-9]{32}$/);
    await lti.beginProctoring(database.pool, { attemptId: 12, session: 'browser' }, true, at);
    expect(await lti.keepProctoring(database.pool, proctored, at)).toBe(data);
    expect(await lti.isProctoredIn(database.pool, 12, 'browser')).toBe(true);
    expect(await lti.isEndAwaited(database.pool, 12, '2031-05-06T00:00:01.000Z')).toBe(false);
    await lti.keepProctoring(database.pool, { ...proctored, session: 'other browser' }, at);
    expect(await lti.isProctoredIn(database.pool, 12, 'browser')).toBe(false);
    await lti.beginProctoring(database.pool, { attemptId: 12, session: 'browser' }, true, at);
    expect(await lti.isProctoredIn(database.pool, 12, 'other browser')).toBe(false);
    expect(await lti.openProctorings(database.pool, { session: 'browser', userId: 2 }, at)).toEqual([]);
  });
});

it('a person has one name at all tools, also when two processes ask for it at once', async () => {
  const names = await Promise.all([1, 2, 3, 4].map(() => lti.subOf(database.pool, 2)));
  expect(new Set(names).size).toBe(1);
  expect(await lti.userOfSub(database.pool, names[0]!)).toBe(2);
  expect(await lti.userOfSub(database.pool, randomUUID())).toBeUndefined();
});
