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

export const text = required((value) => {
  if (typeof value !== 'string') return problem('must be a string');
  return /[\0\p{Surrogate}]/u.test(value) ? problem('has a character that cannot be stored') : value;
});

export const words = required((value) => (value === '' ? problem('must not be empty') : text(value)));

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

export const moment = required((value) => {
  const known =
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value));
  return known ? value : problem('must be an ISO 8601 time with an offset');
});

export const listOf =
  <T>(read: Read<T>): Read<T[]> =>
  (value) =>
    Array.isArray(value) ? value.map(read) : problem('must be a list');

/** `{user: status}` as pairs. */
export const statuses: Read<[string, string][]> = (value) =>
  isObject(value)
    ? Object.entries(value).map(([name, status]) => [words(name), words(status)])
    : problem('must be an object of users and statuses');

export const only =
  (word: string): Read<string> =>
  (value) =>
    value === word ? word : problem(`must be "${word}"`);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
