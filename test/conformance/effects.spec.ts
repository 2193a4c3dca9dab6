import { compareEffects, type Effect } from './effects.js';
import { onlyReferenceTold } from './expiries.js';
import type { Exchange } from './world.js';

const ids = { ours: () => undefined, isOurs: () => false };
const noon = Date.parse('2031-05-05T12:00:00Z');
const mail = (minutes: number, about: string): Effect => ({
  topic: 'mail',
  learner: 1,
  at: noon + minutes * 60_000,
  says: { about },
});
const [submitted, later, verified] = [mail(0, 'submitted'), mail(60, 'submitted'), mail(10, 'verified')];
const never = Number.POSITIVE_INFINITY;

describe('the comparison of what others are told', () => {
  it('takes the same mails in another order as equal', () =>
    expect(compareEffects([submitted, verified], [verified, submitted], ids, never)).toEqual([]));

  it.each([
    ['a mail too few', [submitted, later], [submitted]],
    ['a mail too many', [submitted], [submitted, verified]],
  ])('notices %s', (_, oracle, ours) => expect(compareEffects(oracle, ours, ids, never)).toHaveLength(1));

  it('takes what is told after the two parted for what the other told before', () =>
    expect(compareEffects([submitted], [later], ids, later.at)).toEqual([]));

  it('leaves out what only one of the two told after they parted', () =>
    expect(compareEffects([submitted, later], [submitted, mail(61, 'verified')], ids, later.at)).toEqual([]));

  it('notices what one of the two told before they parted, and the other never', () =>
    expect(compareEffects([submitted, verified], [later], ids, later.at)).toHaveLength(1));

  it('names an expiry that the reference alone noticed, though another exam was handed in before', () => {
    const [line] = compareEffects([submitted, verified, later], [submitted, verified], ids, never);
    expect(onlyReferenceTold([{ at: later.at } as Exchange], line)).toBe(true);
    expect(onlyReferenceTold([{ at: verified.at } as Exchange], line)).toBe(false);
  });
});
