import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Expose, Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { either, flag, listOf, number, type Schema, text } from '../document/schemas.js';

/**
 * `required: false` allows a field to be absent, `nullable` allows null. `like` is what the document says of it beyond its
 * type, or instead of one.
 */
export type FieldOptions = { required?: boolean; nullable?: boolean; like?: Schema };

/** Why a value was not accepted, in the reference's words. */
export class Wrong {
  constructor(readonly message: string) {}
}

/** Accepts numbers too, as texts, unless `strict`. The text is not trimmed: the reference keeps what was sent. */
export const Text = ({
  blank = false,
  strict = false,
  ...options
}: FieldOptions & { blank?: boolean; strict?: boolean } = {}) =>
  field('string', { ...options, like: { ...(!blank && { pattern: '\\S' }), ...options.like } }, (value) => {
    if (typeof value !== 'string' && (strict || typeof value !== 'number')) return new Wrong('Not a valid string.');
    const text = String(value);
    if (text.trim() === '' && !blank) return new Wrong('This field may not be blank.');
    return unstorable(text) ?? text;
  });

/** Digits of any script as ASCII ones: a script has its ten in a row. */
export const asciiDigits = (text: string): string =>
  text.replace(/[^\0-\x7F]/gu, (character) => {
    const isDigit = (code: number) => /\p{Nd}/u.test(String.fromCodePoint(code));
    const code = character.codePointAt(0)!;
    if (!isDigit(code)) return character;
    let zero = code;
    while (isDigit(zero - 1)) zero -= 1;
    return String((code - zero) % 10);
  });

export const Integer = (options: FieldOptions = {}) =>
  field(
    'integer',
    { ...options, like: { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER } },
    (value) => {
      if (typeof value === 'string' && value.length > 1000) return new Wrong('String value too large.');
      const digits = asciiDigits(String(value));
      const known = ['string', 'number'].includes(typeof value) && /^\s*[+-]?\d+(_\d+)*\s*$/.test(digits);
      const number = Number(digits.replaceAll('_', ''));
      return known && Number.isSafeInteger(number) ? number : new Wrong('A valid integer is required.');
    },
  );

// What the reference validates but cannot store ("true", "yes", …) is refused like anything else.
const yes: unknown[] = ['t', 'True', '1', 1, true];
const no: unknown[] = ['f', 'False', '0', 0, false];

export const Bool = (options: FieldOptions = {}) =>
  field('boolean', options, (value) => {
    if (yes.includes(value)) return true;
    return no.includes(value) ? false : new Wrong('Must be a valid boolean.');
  });

const dateTime =
  /^(\d{4})-?(\d\d?)-?(\d\d?)(?:[Tt ](\d\d?)(?::?(\d\d?)(?::?(\d\d?)(?:[.,](\d{1,6})\d*)?)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;
const weekDate = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?/;

/** The calendar's day of an ISO week date: week 1 is the one with 4 January. */
const dayOfWeekDate = (_: string, year: string, week: string, day = '1'): string => {
  const fourth = new Date(Date.UTC(Number(year), 0, 4));
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * 86_400_000;
  return new Date(monday + ((Number(week) - 1) * 7 + Number(day) - 1) * 86_400_000).toISOString().slice(0, 10);
};
const wrongDateTime =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

/** An ISO time; UTC where it names no zone. Becomes `…Z`, with microseconds only where milliseconds do not say it. */
export const DateTime = (options: FieldOptions = {}) =>
  field('date-time', options, (given) => {
    const value = typeof given === 'string' ? given.replace(weekDate, dayOfWeekDate) : given;
    const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] =
      (typeof value === 'string' && dateTime.exec(value)) || [];
    const utc = new Date(0);
    utc.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    const real = utc.getUTCMonth() === Number(month) - 1 && utc.getUTCDate() === Number(day);
    if (!real || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return new Wrong(wrongDateTime);
    const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(zone) ?? [];
    const east = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) : 0;
    const micros = fraction.padEnd(6, '0');
    utc.setUTCHours(Number(hour), Number(minute) - east, Number(second), Number(micros.slice(0, 3)));
    if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return new Wrong('Datetime value out of range.');
    return utc.toISOString().replace('Z', micros.endsWith('000') ? 'Z' : `${micros.slice(3)}Z`);
  });

/** Any JSON value, or what it is `like`. */
export const Anything = ({
  like = either(text, number, flag, { type: 'object' }, listOf({})),
  ...options
}: FieldOptions = {}) =>
  field('any', { nullable: true, like, ...options }, (value) => unstorable(JSON.stringify(value)) ?? value);

function unstorable(text: string): Wrong | undefined {
  // Also as JSON writes it, where an even number of backslashes before it would mean something else.
  if (/\0|(?<!\\)(?:\\\\)*\\u0000/.test(text)) return new Wrong('Null characters are not allowed.');
  const surrogate = /\p{Surrogate}/u.exec(text)?.[0].charCodeAt(0).toString(16).toUpperCase();
  return surrogate ? new Wrong(`Surrogate characters are not allowed: U+${surrogate}.`) : undefined;
}

/** One field of a request class: converts what it accepts, and says what is wrong with the rest. */
function field(
  type: string,
  { required = true, nullable = false, like }: FieldOptions,
  read: (value: unknown) => unknown,
) {
  const messageOf = (value: unknown): string | undefined => {
    if (value === undefined) return required ? 'This field is required.' : undefined;
    if (value === null) return nullable ? undefined : 'This field may not be null.';
    const result = read(value);
    return result instanceof Wrong ? result.message : undefined;
  };
  const convert = ({ obj, key }: { obj: any; key: string }) => {
    const value = obj[key];
    return messageOf(value) === undefined && value !== undefined && value !== null ? read(value) : value;
  };
  const schema = type === 'date-time' ? { type: 'string', format: type } : type === 'any' ? {} : { type };
  return applyDecorators(
    ApiProperty({ ...schema, ...like, required, nullable } as object),
    Expose(),
    Transform(convert),
    ValidateBy({
      name: type,
      validator: {
        validate: (value) => messageOf(value) === undefined,
        defaultMessage: (given) => messageOf(given!.value)!,
      },
    }),
  );
}
