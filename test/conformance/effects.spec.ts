import { compareEffects, type Effect } from './effects.js';
import { onlyReferenceHasEffects } from './expiries.js';
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

describe('the comparison of effects', () => {
  it('takes the same mails in another order as equal', () =>
    expect(compareEffects([submitted, verified], [verified, submitted], ids, never)).toEqual([]));

  it.each([
    ['a missing mail', [submitted, later], [submitted]],
    ['an extra mail', [submitted], [submitted, verified]],
  ])('notices %s', (_, reference, ours) => expect(compareEffects(reference, ours, ids, never)).toHaveLength(1));

  it('accepts an effect after the two diverged in place of an earlier effect of the other side', () =>
    expect(compareEffects([submitted], [later], ids, later.at)).toEqual([]));

  it('ignores an effect that only one side has after the two diverged', () =>
    expect(compareEffects([submitted, later], [submitted, mail(61, 'verified')], ids, later.at)).toEqual([]));

  it('notices an effect that only one side has from before the two diverged', () =>
    expect(compareEffects([submitted, verified], [later], ids, later.at)).toHaveLength(1));

  it('recognizes a time-out that only the reference noticed, even after a submit of another exam', () => {
    const [line] = compareEffects([submitted, verified, later], [submitted, verified], ids, never);
    expect(onlyReferenceHasEffects([{ at: later.at } as Exchange], line)).toBe(true);
    expect(onlyReferenceHasEffects([{ at: verified.at } as Exchange], line)).toBe(false);
  });
});
