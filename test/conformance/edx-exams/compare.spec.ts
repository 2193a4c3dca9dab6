import type { Reply } from './client.js';
import { differencesOf } from './compare.js';
import { type Exception, exceptions } from './exceptions.js';
import { type Exchange, namedExchanges, type Story, stories } from './stories.js';
import { Variables } from './variables.js';
import { verdictOn } from './verdict.js';

const story = { course: 'course-v1:Ex+S01+2031', contents: {}, users: [] } as unknown as Story;
const variables = new Variables(story, { 'attempt.amy': 7 });
const path = '/api/v1/exams/course_id/{{course}}/allowances';
const recorded = (body: unknown, status = 200, headers = {}): Exchange => ({
  ...{ name: 'an exchange', at: '2031-05-10T08:00:01Z', as: 'amy', request: { method: 'GET', path } },
  response: { status, body, headers },
});
const reply = (body: unknown, status = 200, headers = {}): Reply => ({ status, headers, body });
const html = (parts: object) => ({ html: parts });

describe('the comparison with a recording', () => {
  it.each([
    ['an equal answer', recorded({ a: [1, null] }), reply({ a: [1, null] })],
    ['an id that the service chose', recorded({ id: 3 }), reply({ id: 4 })],
    ['the id that was captured before', recorded({ attempt_id: '{{attempt.amy}}' }), reply({ attempt_id: 7 })],
    ['a list without a promised order', recorded([{ a: 1 }, { a: 2 }]), reply([{ a: 2 }, { a: 1 }])],
    ['any token', recorded({ token: '<JWT>' }), reply({ token: 'x' })],
    ['another page of the same status', recorded(html({ page: 'generic 404 page' }), 404), reply({ detail: 'x' }, 404)],
  ])('accepts %s', (_, exchange, ours) => expect(differencesOf(exchange, ours, variables)).toEqual([]));

  it.each([
    ['another status', recorded({}), reply({}, 400)],
    ['another value', recorded({ a: 1 }), reply({ a: 2 })],
    ['a number as text', recorded({ a: 1 }), reply({ a: '1' })],
    ['a missing value', recorded({ a: null }), reply({})],
    ['a value more', recorded({}), reply({ a: 1 })],
    ['an id as text', recorded({ id: 3 }), reply({ id: '3' })],
    ['another id than was captured', recorded({ attempt_id: '{{attempt.amy}}' }), reply({ attempt_id: 8 })],
    ['a shorter list', recorded([1, 2]), reply([1])],
    ['a body where there is none', recorded(null), reply({})],
    ['an absent token', recorded({ token: '<JWT>' }), reply({})],
    ['a missing challenge', recorded({}, 401, { 'WWW-Authenticate': 'JWT realm="api"' }), reply({}, 401)],
    ['JSON instead of a page', recorded(html({ page: 'browser lock page' })), reply({})],
    ['a page that leads elsewhere', recorded(html({ page: 'back', refresh: 'a' })), reply(html({ refresh: 'b' }))],
  ])('notices %s', (_, exchange, ours) => expect(differencesOf(exchange, ours, variables)).not.toEqual([]));
});

describe('an exchange that differs on purpose', () => {
  it('says which part differs, if it has the recorded status', () => {
    const statusOf = (exception: Exception) => {
      const story = stories.find(({ story }) => story === exception.story)!;
      const found = [...namedExchanges(story)].find(([, name]) => name === exception.exchange);
      return found?.[0].response.status;
    };
    const vague = exceptions.filter(({ body, differs, events }) => !body && !differs && !events);
    expect(
      vague.filter((each) => each.status === statusOf(each)).map(({ story, exchange }) => [story, exchange]),
    ).toEqual([]);
  });

  const exception = { story: 'S01', exchange: 'an exchange', because: 'H1', reason: 'a reason', status: 403 };
  const verdict = (lines: string[], ours: Reply, events: string[] = []) =>
    verdictOn(exception, lines, ours, events, variables);

  it('passes with the announced answer', () => expect(verdict(['status'], reply({}, 403))).toEqual([]));
  it.each([
    ['another answer than announced', ['status'], reply({}, 400), []],
    ['an event that was not announced', ['status'], reply({}, 403), ['reset']],
    ['an answer that equals the recording', [], reply({}, 403), []],
  ])('fails with %s', (_, lines, ours, events) => expect(verdict(lines, ours, events)).not.toEqual([]));
});
