import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Expose, Transform } from 'class-transformer';
import { isEmail, ValidateBy } from 'class-validator';
import { instantFrom, isLongerThan, limits } from '#domain';
import { type Schema, type Shape, Wrong } from '#shapes';
import { either, flag, integer, listOf, number, oneOf, orNull, text, time } from '../document/schemas.js';

/**
 * `required: false` allows a field to be absent, `nullable` allows null. `like` adds to the field's schema in the document, or
 * replaces it.
 */
export type FieldOptions = { required?: boolean; nullable?: boolean; like?: Schema };

/** `maxLength`: in characters; by default that of a name. */
type Length = { maxLength?: number };

/** Accepts numbers too, as texts, unless `strict`. The text is not trimmed: the reference keeps what was sent. */
export const Text = (options: FieldOptions & TextLimits = {}) => {
  const { schema, read } = textWithin(options);
  return field(options, { ...schema, ...options.like }, read);
};

type TextLimits = Length & { blank?: boolean; strict?: boolean };

export const textWithin = ({ blank = false, strict = false, maxLength = limits.name }: TextLimits) => ({
  schema: { ...text, maxLength, ...(!blank && { pattern: '\\S' }) },
  read: (value: unknown) => {
    if (typeof value !== 'string' && (strict || typeof value !== 'number')) return new Wrong('Not a valid string.');
    const sent = String(value);
    if (sent.trim() === '' && !blank) return new Wrong('This field may not be blank.');
    return unstorable(sent) ?? tooLong(sent, maxLength) ?? sent;
  },
});

/** An e-mail address. */
export const Email = (options: FieldOptions = {}) => {
  const { schema, read } = textWithin({});
  return field(options, { ...schema, format: 'email' }, (value) => {
    const address = read(value);
    return address instanceof Wrong || isEmail(address) ? address : new Wrong('Enter a valid email address.');
  });
};

type Refusals = { refusal?: string; blank?: string };

export const OneOf = (words: readonly string[], { refusal, blank, ...options }: FieldOptions & Refusals = {}) => {
  const message = refusal ?? `Must be one of ${words.join(', ')}.`;
  return field(options, oneOf(...words), (value) =>
    words.includes(value as string) ? value : new Wrong(value === '' ? (blank ?? message) : message),
  );
};

/** Turns digits of any script into ASCII digits. In Unicode, the ten digits of a script stand in a row. */
export const asciiDigits = (text: string): string => text.replace(/\p{Nd}/gu, asciiDigit);

const known = new Map<string, string>();
function asciiDigit(digit: string): string {
  const found = known.get(digit);
  if (found) return found;
  const code = digit.codePointAt(0)!;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  const ascii = String((code - zero) % 10);
  known.set(digit, ascii);
  return ascii;
}

/** A longer text is refused before it is read as a number. */
export const longestNumber = 1_000;

/** The number may be from `least` to `most`. */
export const Integer = ({ most, least = -most, ...options }: FieldOptions & { most: number; least?: number }) => {
  const { schema, read } = integerWithin(most, least);
  return field(options, schema, read);
};

export const integerWithin = (most: number, least = -most) => ({
  schema: { ...integer, minimum: least, maximum: most },
  read: (value: unknown) => {
    if (typeof value === 'string' && value.length > longestNumber) return new Wrong('String value too large.');
    if (typeof value !== 'string' && typeof value !== 'number') return new Wrong('A valid integer is required.');
    const digits = asciiDigits(String(value));
    const known = /^\s*[+-]?\d+(_\d+)*\s*$/.test(digits);
    const number = Number(digits.replaceAll('_', ''));
    if (!known) return new Wrong('A valid integer is required.');
    if (number > most) return new Wrong(`Ensure this value is less than or equal to ${most}.`);
    return number < least ? new Wrong(`Ensure this value is greater than or equal to ${least}.`) : number;
  },
});

/** From one to `most` texts. */
export const Texts = ({ most = limits.items, ...options }: FieldOptions & TextLimits & { most?: number } = {}) =>
  list(options, most, textWithin(options));

/** From one to `most` ids. */
export const Ids = ({ most = limits.items, ...options }: FieldOptions & { most?: number } = {}) =>
  list(options, most, integerWithin(limits.id));

function list(options: FieldOptions, most: number, item: { schema: Schema; read: Shape['read'] }) {
  return field(options, { ...listOf(item.schema), minItems: 1, maxItems: most }, (value) => {
    if (!Array.isArray(value)) return new Wrong('Expected a list of items.');
    if (value.length === 0) return new Wrong('This list may not be empty.');
    if (value.length > most) return new Wrong(`Ensure this field has no more than ${most} elements.`);
    const items = value.map(item.read);
    const wrong = items.findIndex((each) => each instanceof Wrong);
    return wrong < 0 ? items : new Wrong(`Item ${wrong + 1}: ${(items[wrong] as Wrong).message}`);
  });
}

// Values that the reference accepts but cannot store ("true", "yes", …) are refused like any other.
const yes: unknown[] = ['t', 'True', '1', 1, true];
const no: unknown[] = ['f', 'False', '0', 0, false];

export const boolean = {
  schema: flag,
  read: (value: unknown) => {
    if (yes.includes(value)) return true;
    return no.includes(value) ? false : new Wrong('Must be a valid boolean.');
  },
};

export const Bool = (options: FieldOptions = {}) => field(options, boolean.schema, boolean.read);

const dateTime =
  /^(\d{4})-?(\d\d?)-?(\d\d?)(?:[Tt ](\d\d?)(?::?(\d\d?)(?::?(\d\d?)(?:[.,](\d{1,6})\d*)?)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/;
const weekDate = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?/;

/** The calendar's day of an ISO week date: week 1 is the one with 4 January. A week that the year does not have stays as it is. */
const dayOfWeekDate = (given: string, year: string, week: string, day = '1'): string => {
  const fourth = new Date(0);
  fourth.setUTCFullYear(Number(year), 0, 4);
  const monday = fourth.getTime() + ((Number(week) - 1) * 7 - ((fourth.getUTCDay() + 6) % 7)) * dayMs;
  const thursday = new Date(monday + 3 * dayMs);
  if (Number(week) === 0 || thursday.getUTCFullYear() !== Number(year)) return given;
  return new Date(monday + (Number(day) - 1) * dayMs).toISOString().slice(0, 10);
};
const dayMs = 86_400_000;
const wrongDateTime =
  'Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].';

/** An ISO time; without a zone it is UTC. Becomes `…Z`, with microseconds only if milliseconds are not exact. */
export const DateTime = (options: FieldOptions = {}) =>
  field(options, time, (given) => {
    const value = typeof given === 'string' ? given.replace(weekDate, dayOfWeekDate) : given;
    const [, year, month, day, hour, minute, second, fraction, zone] = ((typeof value === 'string' &&
      dateTime.exec(value)) ||
      []) as string[];
    if (year === undefined) return new Wrong(wrongDateTime);
    const instant = instantFrom({ year, month: month!, day: day!, hour, minute, second, fraction, zone });
    if (instant === 'far') return new Wrong('Datetime value out of range.');
    return instant === 'absent' ? new Wrong(wrongDateTime) : instant.at;
  });

/** Any JSON value. `maxLength` limits a text, or the JSON of another value. */
export const Anything = ({ like, maxLength = limits.name, ...options }: FieldOptions & Length = {}) =>
  field({ nullable: true, ...options }, like ? withLength(like, maxLength) : any(maxLength), (value) => {
    const json = JSON.stringify(value);
    return unstorable(json) ?? tooLong(typeof value === 'string' ? value : json, maxLength) ?? value;
  });

const withLength = (like: Schema, maxLength: number): Schema => {
  if (like.anyOf) return { ...like, anyOf: like.anyOf.map((each: Schema) => withLength(each, maxLength)) };
  return like.type === 'string' && !like.enum && !like.pattern ? { maxLength, ...like } : like;
};
const any = (maxLength: number) => either({ ...text, maxLength }, number, flag, { type: 'object' }, listOf({}));

const tooLong = (text: string, most: number): Wrong | undefined =>
  isLongerThan(most, text) ? new Wrong(`Ensure this field has no more than ${most} characters.`) : undefined;

function unstorable(text: string): Wrong | undefined {
  // The escape of JSON is refused, too. After an odd number of backslashes it would be another text.
  if (/\0|(?<!\\)(?:\\\\)*\\u0000/.test(text)) return new Wrong('Null characters are not allowed.');
  const surrogate =
    /\p{Surrogate}/u.exec(text)?.[0].charCodeAt(0).toString(16) ??
    /(?<!\\)(?:\\\\)*\\u(d[89a-f][0-9a-f]{2})/.exec(text)?.[1];
  return surrogate ? new Wrong(`Surrogate characters are not allowed: U+${surrogate.toUpperCase()}.`) : undefined;
}

/** One field of a request class: converts the values that it accepts, and reports an error for others. */
function field({ required = true, nullable = false }: FieldOptions, schema: Schema, read: Shape['read']) {
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
  return applyDecorators(
    ApiProperty({ ...(nullable ? orNull(schema) : schema), required } as object),
    Expose(),
    Transform(convert),
    ValidateBy({
      name: schema.type ?? 'any',
      validator: {
        validate: (value) => messageOf(value) === undefined,
        defaultMessage: (given) => messageOf(given!.value)!,
      },
    }),
  );
}
