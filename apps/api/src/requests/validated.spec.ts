import { Anything, Bool, DateTime, Integer, Text } from './fields.js';
import { validated, validatedList } from './validated.js';

class Everything {
  @Text({ required: false }) text?: string;
  @Integer({ required: false, most: 1_000_000 }) integer?: number;
  @Bool({ required: false }) bool?: boolean;
  @DateTime({ required: false }) time?: string;
  @Anything({ required: false }) any?: unknown;
}

class Exam {
  @Text() name: string;
  @Integer({ most: 1_000_000 }) minutes: number;
  @Text({ required: false, nullable: true, blank: true, strict: true }) note?: string | null;
}

const read = (field: keyof Everything, value: unknown) => {
  try {
    return validated(Everything, { [field]: value })[field];
  } catch (error) {
    return (error as { body: any }).body;
  }
};
const wrong = (field: keyof Everything, message: string) => ({ [field]: [message] });
const bodyOf = (attempt: () => unknown) => {
  try {
    return attempt();
  } catch (error) {
    const { status, body } = error as { status: number; body: object };
    return [status, body];
  }
};

describe('a text', () => {
  it.each([
    ['a', 'a'],
    [' a ', ' a '],
    ['😀'.repeat(255), '😀'.repeat(255)],
    [5, '5'],
    [1.5, '1.5'],
  ])('may be %j', (value, expected) => expect(read('text', value)).toBe(expected));

  it.each([
    [null, 'This field may not be null.'],
    ['', 'This field may not be blank.'],
    ['  ', 'This field may not be blank.'],
    [true, 'Not a valid string.'],
    [['a'], 'Not a valid string.'],
    [{}, 'Not a valid string.'],
    ['a\0b', 'Null characters are not allowed.'],
    ['\ud800', 'Surrogate characters are not allowed: U+D800.'],
    ['é'.repeat(256), 'Ensure this field has no more than 255 characters.'],
  ])('may not be %j', (value, message) => expect(read('text', value)).toEqual(wrong('text', message)));
});

describe('an integer', () => {
  it.each([
    [5, 5],
    [-1, -1],
    [2.0, 2],
    ['5', 5],
    [' 12 ', 12],
    ['007', 7],
    ['+3', 3],
    ['-7', -7],
    ['1_000', 1000],
  ])('may be %j', (value, expected) => expect(read('integer', value)).toBe(expected));

  it.each(['', 'abc', 1.5, '1.0', true, false, [], {}, '0x10', '1e3'])('may not be %j', (value) =>
    expect(read('integer', value)).toEqual(wrong('integer', 'A valid integer is required.')),
  );

  it.each([1_000_001, 2 ** 60, '9'.repeat(400)])('may not be more than its limit, as %j', (value) =>
    expect(read('integer', value)).toEqual(wrong('integer', 'Ensure this value is less than or equal to 1000000.')),
  );
  it('may not be less than its limit', () =>
    expect(read('integer', -1_000_001)).toEqual(
      wrong('integer', 'Ensure this value is greater than or equal to -1000000.'),
    ));
});

describe('a boolean', () => {
  it.each([true, 1, '1', 't', 'True'])('is yes as %j', (value) => expect(read('bool', value)).toBe(true));
  it.each([false, 0, '0', 'f', 'False'])('is no as %j', (value) => expect(read('bool', value)).toBe(false));
  it.each(['', 'abc', 2, -1, 1.5, [], {}, 'true', 'yes', 'on', 'N', 'false', 'null'])('may not be %j', (value) =>
    expect(read('bool', value)).toEqual(wrong('bool', 'Must be a valid boolean.')),
  );
});

describe('a time', () => {
  it.each([
    ['2031-05-05T10:00:00Z', '2031-05-05T10:00:00.000Z'],
    ['2031-05-05T10:00:00', '2031-05-05T10:00:00.000Z'],
    ['2031-05-05', '2031-05-05T00:00:00.000Z'],
    ['2031-05-05 10:00', '2031-05-05T10:00:00.000Z'],
    ['2031-05-05T10:00:00+05:30', '2031-05-05T04:30:00.000Z'],
    ['2031-05-05T10:00:00-05', '2031-05-05T15:00:00.000Z'],
    ['2031-05-05T10:00:00.123456789Z', '2031-05-05T10:00:00.123456Z'],
    ['2031-05-05T10:00:00,5Z', '2031-05-05T10:00:00.500Z'],
    ['20310505T100000Z', '2031-05-05T10:00:00.000Z'],
    ['0099-05-05T10:00:00Z', '0099-05-05T10:00:00.000Z'],
    ['2026-W53-7', '2027-01-03T00:00:00.000Z'],
  ])('may be %j', (value, expected) => expect(read('time', value)).toBe(expected));

  it.each([
    '',
    'soon',
    5,
    true,
    '2031-02-30',
    '2031-05-05T25:00',
    '2031-05-05T10:00:60',
    '2031-05-05T24:00:00',
    ' 2031-05-05',
    '2031-W53-1',
    '2031-W00-1',
    '0000-01-01',
    '2031-05-05T10:00:00+24:00',
    '2031-05-05T10:00:00+01:60',
  ])('may not be %j', (value) =>
    expect(read('time', value)).toEqual(wrong('time', expect.stringMatching(/^Datetime has wrong format/) as any)),
  );

  it('must lie between the years 1 and 9999', () => {
    for (const value of ['9999-12-31T23:59:59-01:00', '0001-01-01T00:00:00+01:00'])
      expect(read('time', value)).toEqual(wrong('time', 'Datetime value out of range.'));
  });
});

describe('any value', () => {
  it('is kept as it is', () => {
    for (const value of [null, 0, 'a\\u0000', { a: [{ b: null }] }]) expect(read('any', value)).toEqual(value);
  });
  it('may have no NUL anywhere', () => {
    expect(read('any', { a: ['\0'] })).toEqual(wrong('any', 'Null characters are not allowed.'));
  });
});

describe('a body', () => {
  it('gets all errors at once, field by field', () => {
    expect(bodyOf(() => validated(Exam, { minutes: 'x', note: 5, unknown: 1 }))).toEqual([
      400,
      {
        name: ['This field is required.'],
        minutes: ['A valid integer is required.'],
        note: ['Not a valid string.'],
      },
    ]);
  });

  it('gets one error, naming a field, if the reference does not validate it', () => {
    expect(bodyOf(() => validated(Exam, { name: 'One', minutes: null }, 'detail'))).toEqual([
      400,
      { detail: 'minutes: This field may not be null.' },
    ]);
    expect(bodyOf(() => validated(Exam, 5, 'detail'))).toEqual([
      400,
      { detail: 'Invalid data. Expected a dictionary, but got int.' },
    ]);
  });

  it('keeps its known fields and drops all others', () => {
    const exam = validated(Exam, { name: 'One', minutes: '30', note: null, unknown: 1 });
    expect(exam).toBeInstanceOf(Exam);
    expect(exam).toEqual({ name: 'One', minutes: 30, note: null });
    expect(validated(Exam, { name: 'One', minutes: 30 }).note).toBeUndefined();
  });

  it.each([
    [[], 'list'],
    ['x', 'str'],
    [5, 'int'],
    [1.5, 'float'],
    [true, 'bool'],
  ])('may not be %j', (body, name) =>
    expect(bodyOf(() => validated(Exam, body))).toEqual([
      400,
      { non_field_errors: [`Invalid data. Expected a dictionary, but got ${name}.`] },
    ]),
  );
});

describe('a list', () => {
  const good = { name: 'One', minutes: 30 };

  it('is read item by item', () => {
    expect(validatedList(Exam, [good, good])).toHaveLength(2);
    expect(validatedList(Exam, [])).toEqual([]);
  });

  it('gets a list of errors, one for each item', () => {
    expect(bodyOf(() => validatedList(Exam, [good, { name: '' }, 7, null]))).toEqual([
      422,
      [
        {},
        { name: ['This field may not be blank.'], minutes: ['This field is required.'] },
        { non_field_errors: ['Invalid data. Expected a dictionary, but got int.'] },
        ['This field may not be null.'],
      ],
    ]);
  });

  it('must be a list', () => {
    expect(bodyOf(() => validatedList(Exam, undefined))).toEqual([
      422,
      { non_field_errors: ['Expected a list of items but got type "dict".'] },
    ]);
    expect(bodyOf(() => validatedList(Exam, null))).toEqual([422, { non_field_errors: ['No data provided'] }]);
  });
});
