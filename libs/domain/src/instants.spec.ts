import { instantOf, plusMinutes } from './instants.js';

describe('an instant', () => {
  it.each([
    ['2031-05-05T10:00Z', '2031-05-05T10:00:00.000Z'],
    ['2031-05-05T10:00:00.123456+05:30', '2031-05-05T04:30:00.123456Z'],
    ['2032-02-29T23:59:59-0100', '2032-03-01T00:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('may be %s', (text, instant) => expect(instantOf(text)).toBe(instant));

  it.each([
    '2031-02-29T10:00:00Z',
    '2031-02-30T10:00:00Z',
    '2031-13-01T10:00:00Z',
    '2031-05-05T24:00:00Z',
    '2031-05-05T10:60:00Z',
    '2031-05-05T10:00:60Z',
    '2031-05-05T10:00:00+24:00',
    '2031-05-05T10:00:00',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '10000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    'infinity',
    5,
    null,
  ])('may not be %j', (text) => expect(instantOf(text)).toBeUndefined());

  it('never lies outside of the years that there are, however many minutes later it is', () => {
    for (const minutes of [1e10, 1e300, Number.POSITIVE_INFINITY])
      expect(plusMinutes('2031-05-05T10:00:00Z', minutes)).toBe('9999-12-31T23:59:59.999Z');
    expect(plusMinutes('2031-05-05T10:00:00Z', -1e300)).toBe('0001-01-01T00:00:00.000Z');
  });
});
