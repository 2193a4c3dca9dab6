import { instantOf, isLongerThan, isStorable, limits } from '#domain';

/** Reads one field of a roster item, or throws a Problem that says what it must be. */
export type Read<T = unknown> = (value: unknown) => T;

export class Problem extends Error {}

const problem = (message: string): never => {
  throw new Problem(message);
};

const required =
  <T>(read: Read<T>): Read<T> =>
  (value) =>
    value === undefined || value === null ? problem('is required') : read(value);

/** An absent field, and null, mean `otherwise`. */
export const optional =
  <T, U>(read: Read<T>, otherwise: U): Read<T | U> =>
  (value) =>
    value === undefined || value === null ? otherwise : read(value);

const textOf =
  (most: number): Read<string> =>
  (value) => {
    if (typeof value !== 'string') return problem('must be a string');
    if (isLongerThan(most, value)) return problem(`must have at most ${most} characters`);
    return isStorable(value) ? value : problem('has a character that cannot be stored');
  };
const wordsOf = (most: number) =>
  required((value) => (value === '' ? problem('must not be empty') : textOf(most)(value)));

export const text = required(textOf(limits.name));
export const words = wordsOf(limits.name);
export const namespace = wordsOf(limits.namespace);

export const flag = required((value) => (typeof value === 'boolean' ? value : problem('must be true or false')));

const whole =
  (least: number, most: number): Read<number> =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? (value as number)
      : problem(`must be a whole number from ${least} to ${most}`);

export const userId = required(whole(1, Number.MAX_SAFE_INTEGER));
export const order = required(whole(-(2 ** 31), 2 ** 31 - 1));

/** A user by id or by user name. */
export const user = required((value) =>
  typeof value === 'number'
    ? userId(value)
    : typeof value === 'string'
      ? words(value)
      : problem('must be an id or name'),
);

export const moment = required(
  (value) => instantOf(value) ?? problem('must be an ISO 8601 time with an offset, of a day that exists'),
);

export const listOf =
  <T>(read: Read<T>): Read<T[]> =>
  (value) => {
    if (!Array.isArray(value)) return problem('must be a list');
    return value.length > limits.items ? problem(`must have at most ${limits.items} items`) : value.map(read);
  };

/** `{user: status}` as pairs. */
export const statuses: Read<[string, string][]> = (value) => {
  if (!isObject(value)) return problem('must be an object of users and statuses');
  const entries = Object.entries(value);
  if (entries.length > limits.rosterItems) return problem(`must have at most ${limits.rosterItems} users`);
  return entries.map(([name, status]) => [words(name), words(status)]);
};

export const oneOf =
  (...allowed: string[]): Read<string> =>
  (value) =>
    allowed.includes(value as string) ? (value as string) : problem(`must be one of ${allowed.join(', ')}`);

/** The roles that make somebody staff of a course in Open edX. */
export const courseRoles = ['staff', 'instructor', 'limited_staff'];
export const courseRole = required(oneOf(...courseRoles));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
