import { isLongerThan, isStorable } from './limits.js';

it('a text is as long as it has characters, not halves of characters', () => {
  expect(isLongerThan(3, 'abc')).toBe(false);
  expect(isLongerThan(3, 'abcd')).toBe(true);
  expect(isLongerThan(3, '😀😀😀')).toBe(false);
  expect(isLongerThan(3, '😀😀😀😀')).toBe(true);
});

it('a NUL and half a character cannot be stored', () => {
  expect(['', 'Zoë 😀', '\n\u{10FFFF}'].every(isStorable)).toBe(true);
  expect(['a\0b', 'a\uD800', '\uDC00b'].some(isStorable)).toBe(false);
});
