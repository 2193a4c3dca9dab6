import { Refusal } from '#domain';
import type { RecordedEvent } from './recorded-event.js';
import { causeOf, computeFrom, orUndeliverable, Undeliverable } from './undeliverable.js';

const event = { id: 'e1', type: 'AttemptCreated' } as RecordedEvent;

it.each<[string, () => unknown, RegExp]>([
  ['JSON', () => JSON.parse('"Bob Planted'), /^SyntaxError in undeliverable.spec.ts:\d+$/],
  ['a number', () => BigInt('Bob Planted'), /^SyntaxError in undeliverable.spec.ts:\d+$/],
  ['a refusal', () => refuse(), /^Refusal user_not_found in undeliverable.spec.ts:\d+$/],
  [
    'the database',
    () => {
      throw Object.assign(new Error('Key (username)=(Bob Planted) already exists.'), { code: '23505' });
    },
    /^Error 23505 in undeliverable.spec.ts:\d+$/,
  ],
])('the reason of a dead letter says which error it was and where, without its words: %s', async (_, work, reason) => {
  const failed: any = await orUndeliverable(event, work).catch((error) => error);
  expect(failed).toBeInstanceOf(Undeliverable);
  expect(failed.reason).toMatch(reason);
  expect(() => computeFrom(event, work)).toThrow(/^(?!.*Planted)/);
});

it('what is thrown and is no error has a cause, too', () => expect(causeOf('Bob Planted')).toBe('Error'));

const refuse = (): never => {
  throw new Refusal('user_not_found', 'Cannot find user against Bob Planted');
};
