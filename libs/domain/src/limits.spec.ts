import { isLongerThan, isStorable } from './limits.js';

it('a surrogate pair counts as one character', () => {
  expect(isLongerThan(3, 'abc')).toBe(false);
  expect(isLongerThan(3, 'abcd')).toBe(true);
  expect(isLongerThan(3, '😀😀😀')).toBe(false);
  expect(isLongerThan(3, '😀😀😀😀')).toBe(true);
});

it('NUL and half of a surrogate pair cannot be stored', () => {
  expect(['', 'Zoë 😀', '\n\u{10FFFF}'].every(isStorable)).toBe(true);
  expect(['a\0b', 'a\uD800', '\uDC00b'].some(isStorable)).toBe(false);
});
