import canonicalize from 'canonicalize';
import { firstLeafOf, leafOf } from './leaf.js';

const event = {
  generation: 2,
  hash: 'c0ffee'.padEnd(64, '0'),
  id: '0196a1c0-7d1e-7c3a-9b1e-2f5d8c7b6a59',
  position: '9007199254740993',
  recordedAt: '2031-05-05T10:00:00.000Z',
  stream: 'attempts-17-"é\u2028\\',
  version: 3,
  xid: '745',
};

it('the leaf of an event is the canonical JSON (RFC 8785) of its place, time and hash', () => {
  const whole = { ...event, type: 'AttemptStarted', data: { attemptId: 1 }, metadata: {}, schemaVersion: 1 };
  expect(leafOf(whole)).toBe(canonicalize(event));
});

it('the first leaf of a tree names log and tree, and a later tree what it has in common with the one before', () => {
  const first = { begins: { logId: '0b6a7c5e', tree: 1 } };
  expect(firstLeafOf('0b6a7c5e', 1)).toBe(canonicalize(first));
  const former = { formerTree: 1, formerSize: 900, formerRoot: 'CsUY', commonSize: 880 };
  expect(firstLeafOf('0b6a7c5e', 2, former)).toBe(canonicalize({ begins: { ...former, logId: '0b6a7c5e', tree: 2 } }));
});
