import { instantFrom, instantOf, plusMinutes } from './instants.js';

describe('an instant', () => {
  it.each([
    ['2031-05-05T10:00Z', '2031-05-05T10:00:00.000Z'],
    ['2031-05-05T10:00:00.123456+05:30', '2031-05-05T04:30:00.123456Z'],
    ['2032-02-29T23:59:59-0100', '2032-03-01T00:59:59.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
    ['2031-05-05T10:00:00.1Z', '2031-05-05T10:00:00.100Z'],
    ['2031-05-05T10:00:00.0001239Z', '2031-05-05T10:00:00.000123Z'],
    ['2031-05-05T10:00:00.123000Z', '2031-05-05T10:00:00.123Z'],
    ['2031-05-05T10:00:00+00:59', '2031-05-05T09:01:00.000Z'],
  ])('may be %s', (text, instant) => expect(instantOf(text)).toBe(instant));

  it.each([
    '2031-02-29T10:00:00Z',
    '2031-02-30T10:00:00Z',
    '2031-13-01T10:00:00Z',
    '2031-05-05T24:00:00Z',
    '2031-05-05T10:60:00Z',
    '2031-05-05T10:00:60Z',
    '2031-05-05T10:00:00+24:00',
    '2031-05-05T10:00:00+10:60',
    '2031-04-31T10:00:00Z',
    '2031-00-05T10:00:00Z',
    '2031-05-00T10:00:00Z',
    '2031-05-05T10:00:00',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59-01:00',
    '10000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    'infinity',
    5,
    null,
    [['2031-05-05T10:00Z']],
  ])('may not be %j', (text) => expect(instantOf(text)).toBeUndefined());

  it('that does not exist differs from one that is out of range', () => {
    const day = { year: '2031', month: '05', day: '05' };
    expect(instantFrom(day)).toEqual({ at: '2031-05-05T00:00:00.000Z' });
    expect(instantFrom({ ...day, zone: '+05' })).toEqual({ at: '2031-05-04T19:00:00.000Z' });
    expect(instantFrom({ ...day, year: '0000' })).toBe('absent');
    expect(instantFrom({ ...day, month: '13' })).toBe('absent');
    expect(instantFrom({ year: '9999', month: '12', day: '31', hour: '23', zone: '-0100' })).toBe('far');
    expect(instantFrom({ year: '0001', month: '01', day: '01', zone: '+0100' })).toBe('far');
  });

  it('stays between the years 1 and 9999 when minutes are added', () => {
    for (const minutes of [1e10, 1e300, Number.POSITIVE_INFINITY])
      expect(plusMinutes('2031-05-05T10:00:00Z', minutes)).toBe('9999-12-31T23:59:59.999Z');
    expect(plusMinutes('2031-05-05T10:00:00Z', -1e300)).toBe('0001-01-01T00:00:00.000Z');
  });
});
