import { randomUUID } from 'node:crypto';
import { Clock } from '../../../libs/clock/src/index.js';
import { newKeys } from '../../../libs/lti/src/testing.js';
import { shared } from '../../support/hooks.js';
import { openCourse, people, root } from '../../support/service.js';
import { claim, controlScope, PretendedTool } from './pretended-tool.js';

// The assessment control service, as a tool uses it (edx-exams.md §8.7–8.8, §9).

const { staff, alice } = people;
const watchers = new PretendedTool('watchers', 1);
const guards = new PretendedTool('guards', 2);
const modest = new PretendedTool('modest', 3, { control_actions: ['terminate'] });

const service = shared(() =>
  openCourse(
    { midterm: { backend: 'watchers' }, second: { backend: 'watchers' }, quiet: { backend: 'modest' } },
    {
      settings: {
        PROCTORING_BACKENDS: {
          ...{ DEFAULT: 'test', test: {} },
          ...{ watchers: watchers.settings, guards: guards.settings, modest: modest.settings },
        },
      },
    },
  ),
);
const { request: ask } = service;
beforeEach(async () => {
  for (const exam_id of Object.values(service.exams))
    await ask(staff, 'DELETE', `${root}/exam_id/${exam_id}/user_id/${alice.user_id}/reset_attempts`);
});
afterEach(() => service.moveClock('0'));

const now = () => service.app.get(Clock).now();
const stored = async (id: number) =>
  (await service.query('select status, paused_at, extra_seconds::int as extra from attempts where id = $1', [id]))[0];
const results = (id: number) =>
  service.query('select action, severity::text, reason_code from control_results where id = $1', [id]);
const eventsOf = async (id: number): Promise<string[]> =>
  (await service.query(`select type from events where data->>'attemptId' = $1 order by position`, [String(id)])).map(
    ({ type }) => type,
  );

/** A running attempt, and the requests of its tool. */
async function running(exam = 'midterm', tool = watchers) {
  const id = await service.createAttempt(alice, service.exams[exam]!);
  const message = await tool.proctor(service, alice, id);
  await ask(alice, 'PUT', `${root}/attempt/${id}`, { action: 'start' });
  const request = {
    user: { iss: message.iss, sub: message.sub },
    resource_link: message[claim('resource_link')],
    attempt_number: 1,
  };
  const send = async (changes: object, by = tool, type?: string) =>
    by.control(service, now(), { ...request, ...changes }, type);
  return { id, send };
}
const terminate = {
  action: 'terminate',
  incident_time: '2031-05-26T08:00:00Z',
  incident_severity: '0.26',
  reason_code: '1',
  reason_msg: 'done',
};

describe('a control request', () => {
  it.each(['application/json', 'application/vnd.ims.lti-ap.v1.control+json'])(
    'is answered in kind: %s',
    async (type) => {
      const { send } = await running();
      const answer = await send({ action: 'flag', incident_severity: 0.5 }, watchers, type);
      expect(answer).toMatchObject({ status: 200, body: { status: 'running' } });
      expect(answer.headers['content-type']).toMatch(type);
    },
  );

  it('ends an attempt once, also when the tool repeats it', async () => {
    const { id, send } = await running();
    const first = await send(terminate);
    expect(first).toMatchObject({ status: 200, body: { status: 'terminated' } });
    const events = await eventsOf(id);
    expect(events.slice(-2)).toEqual(['ControlResultReceived', 'SecondReviewRequired']);
    expect(await send(terminate)).toMatchObject({ status: 200, body: { status: 'terminated' } });
    expect(await eventsOf(id)).toEqual(events);
    expect(await results(id)).toEqual([{ action: 'terminate', severity: '0.26', reason_code: '1' }]);
    expect((await send({ ...terminate, reason_code: '9' })).status).toBe(400);
  });

  it('pauses an attempt, whose clock then stands still, and resumes it with extra time', async () => {
    const { id, send } = await running();
    expect((await send({ action: 'pause' })).body).toEqual({ status: 'paused' });
    expect((await send({ action: 'pause' })).body).toEqual({ status: 'paused' });
    expect((await stored(id)).paused_at).not.toBeNull();
    const resume = { action: 'resume', extra_time: 5, incident_time: '2031-05-26T08:00:00Z' };
    expect((await send(resume)).body).toEqual({ status: 'running', extra_time: 5 });
    expect((await send(resume)).body).toEqual({ status: 'running', extra_time: 5 });
    expect(await stored(id)).toEqual({ status: 'started', paused_at: null, extra: 300 });
  });

  it('gives extra time once for each incident', async () => {
    const { id, send } = await running();
    const update = { action: 'update', extra_time: 10, incident_time: '2031-05-26T08:00:00Z' };
    for (let times = 0; times < 2; times++) expect((await send(update)).status).toBe(200);
    await send({ ...update, incident_time: '2031-05-26T08:01:00Z' });
    expect((await stored(id)).extra).toBe(1200);
    expect((await send({ action: 'update', extra_time: 10 })).body).toBe(
      "ERROR: required parameter 'incident_time' was not found.",
    );
  });

  it('keeps incidents, and staff then see the one that ended the attempt', async () => {
    const { id, send } = await running();
    await send({ action: 'flag', incident_severity: '0.9', reason_code: '2', reason_msg: 'Alice looked away' });
    expect(await results(id)).toEqual([{ action: 'flag', severity: '0.9', reason_code: '2' }]);
    expect((await stored(id)).status).toBe('started');
    await send(terminate);
    expect(await results(id)).toMatchObject([{ action: 'terminate' }]);
    const [{ text }] = await service.query(`select string_agg(data::text, '') as text from events`);
    expect(text).not.toContain('looked away');
  });

  it('is refused from a tool of another provider, and from one that was not offered the action', async () => {
    const { id, send } = await running();
    expect(await send(terminate, guards)).toMatchObject({ status: 403 });
    expect((await stored(id)).status).toBe('started');
    await ask(alice, 'PUT', `${root}/attempt/${id}`, { action: 'submit' });
    const quiet = await running('quiet', modest);
    expect((await quiet.send({ action: 'pause' })).status).toBe(400);
  });

  it.each<[string, object, number]>([
    ['without a user', { user: undefined }, 400],
    ['without a learner', { user: {} }, 400],
    ['about an unknown learner', { user: { sub: randomUUID() } }, 400],
    ['about a learner that is no UUID', { user: { sub: 'abc' } }, 400],
    ['about a learner that is an object', { user: { sub: { toString: 1 } } }, 400],
    ['about an exam that is an object', { resource_link: { id: { toString: 1 } } }, 400],
    ['about an attempt that is an object', { attempt_number: { toString: 1 } }, 400],
    ['about another exam', { resource_link: { id: randomUUID() } }, 400],
    ['about another attempt', { attempt_number: 2 }, 400],
    ['with an unknown action', { action: 'explode' }, 400],
    ['without a reason', { reason_code: undefined }, 400],
    ['with a severity above 1', { incident_severity: '12' }, 400],
    ['with a severity below 0', { incident_severity: -1 }, 400],
    ['with a severity that is an object', { incident_severity: { toString: 1 } }, 400],
    ['with a severity that is no number', { incident_severity: 'high' }, 400],
    ['with a time that is none', { incident_time: 'yesterday' }, 400],
    ['with extra time below zero', { action: 'update', extra_time: -5 }, 400],
  ])('%s is refused, and nothing is changed', async (_, changes, status) => {
    const { id, send } = await running('second');
    const before = await eventsOf(id);
    expect((await send({ ...terminate, ...changes })).status).toBe(status);
    expect(await eventsOf(id)).toEqual(before);
  });

  it('needs a token of this service for the tool, with the scope', async () => {
    const send = async (authorization: string | undefined, tool = 1) =>
      (await ask(undefined, 'POST', `/lti/${tool}/acs`, terminate, authorization ? { authorization } : {})).body.detail;
    const token = await watchers.accessToken(service, now());
    expect([
      await send(undefined),
      await send('Bearer'),
      await send('Bearer a b'),
      await send('Bearer abc'),
      await send(`Bearer ${token}`, 2),
      await send(`Bearer ${token}`, 99),
      await send(`Bearer ${await watchers.accessToken(service, now(), 'openid')}`),
    ]).toEqual([
      'Missing LTI 1.3 authentication token.',
      'Invalid token header. No credentials provided.',
      'Invalid token header. Token string should not contain spaces.',
      ...['Invalid token signature.', 'Invalid token signature.', 'LTI configuration not found.'],
      'You do not have permission to perform this action.',
    ]);
  });
});

describe('the token of a tool', () => {
  const request = async (claims: object, key?: string, more: Record<string, string> = {}) =>
    watchers.tokenRequest(service, {
      ...{ grant_type: 'client_credentials', client_assertion_type: 'jwt-bearer', scope: controlScope },
      client_assertion: await watchers.sign(watchers.assertion(now(), claims), key),
      ...more,
    });

  it('is refused for a replayed assertion', async () => {
    const jti = randomUUID();
    expect((await request({ jti })).status).toBe(200);
    expect(await request({ jti })).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it.each<[string, object, string]>([
    ['another client', { iss: 'whoever', sub: 'whoever' }, 'invalid_client'],
    ['another service', { aud: 'https://other.example.org' }, 'invalid_grant'],
    ['no end', { exp: undefined }, 'invalid_grant'],
    ['no id', { jti: undefined }, 'invalid_grant'],
  ])('is refused for an assertion with %s', async (_, claims, error) =>
    expect(await request(claims)).toMatchObject({ status: 400, body: { error } }),
  );

  it('is refused for another key, another grant, and a missing field', async () => {
    expect((await request({}, newKeys().privateKey)).body).toEqual({ error: 'invalid_client' });
    expect((await request({}, undefined, { grant_type: 'password' })).body).toEqual({
      error: 'unsupported_grant_type',
    });
    expect((await watchers.tokenRequest(service, {})).body).toEqual({ error: 'invalid_request' });
  });
});
