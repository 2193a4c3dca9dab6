import type { Difference } from './differences.js';
import { Judge } from './judge.js';
import type { Exchange, World } from './world.js';

const ascending: Difference = {
  name: 'lists have an order',
  reason: 'of a test',
  explains: (line) => line.endsWith(' (order)'),
};
const answer = { status: 200, body: [] };
const isRight = (...mismatches: string[]) => {
  const step = { method: 'GET', path: '~/attempt' };
  const exchange: Exchange = { step, at: 0, request: '', reference: answer, ours: answer, mismatches };
  return new Judge([ascending]).assess(exchange, { history: [exchange] } as unknown as World).right;
};

describe('an answer', () => {
  it('that is the same is right', () => expect(isRight()).toBe(true));
  it('is right if each differing line is accepted', () => expect(isRight('body (order)', 'body.0 (order)')).toBe(true));
  it('is wrong if one differing line is not accepted', () =>
    expect(isRight('body (order)', 'body.0.id: reference 1, service 2')).toBe(false));
});
