import { instantOf, isLongerThan, isStorable, limits } from '#domain';
import { flag as flagShape, isObject, oneOf, type Schema, type Shape, shape, Wrong } from '#shapes';

/** A field of an item: its shape, and its column. A required field refuses null, too. */
export type Field<T = unknown> = Shape<T> & {
  isOptional?: true;
  /** The SQL type of its column. Without one it has no column. */
  sql?: string;
  /** The column, if its name differs. */
  column?: string;
  /** The SQL of the value to write, over `item` (the new row) and `known` (the old one), if it is not the item's own. */
  value?: string;
};

const isAbsent = (value: unknown) => value === undefined || value === null;

const field = <T>(sql: string, { read, ...others }: Shape<T>): Field<T> => ({
  ...others,
  read: (value) => (isAbsent(value) ? new Wrong('is required') : read(value)),
  sql,
});

/** For an absent field and for null, `otherwise` is the value. */
export const optional = <T, U>({ read, ...others }: Field<T>, otherwise: U): Field<T | U> => ({
  ...others,
  read: (value) => (isAbsent(value) ? otherwise : read(value)),
  isOptional: true,
});

const textOf = (maxLength: number, minLength?: number) => {
  const read = (value: unknown) => {
    if (typeof value !== 'string') return undefined;
    if (minLength && value === '') return new Wrong('must not be empty');
    if (isLongerThan(maxLength, value)) return new Wrong(`must have at most ${maxLength} characters`);
    return isStorable(value) ? value : new Wrong('has a character that cannot be stored');
  };
  return field('text', shape<string>('a string', read, { type: 'string', maxLength, ...(minLength && { minLength }) }));
};

export const text = textOf(limits.name);
export const nonEmptyText = textOf(limits.name, 1);
export const namespace = textOf(limits.namespace, 1);

export const flag = field('boolean', flagShape);

const whole = (least: number, most: number, schema: Schema) =>
  shape<number>(
    `a whole number from ${least} to ${most}`,
    (value) => (Number.isInteger(value) && value >= least && value <= most ? value : undefined),
    { type: 'integer', ...schema },
  );

export const userId = field('bigint', whole(1, limits.id, { minimum: 1, maximum: limits.id }));
export const order = field('integer', whole(-(2 ** 31), 2 ** 31 - 1, { format: 'int32' }));

const readUser = (value: unknown) => {
  if (typeof value === 'number') return userId.read(value);
  return typeof value === 'string' ? nonEmptyText.read(value) : undefined;
};
/** A user by id or by user name. The column has the id. */
export const user: Field<number | string> = {
  ...field('bigint', shape('an id or name', readUser, { anyOf: [userId.schema, nonEmptyText.schema] })),
  column: 'user_id',
};

export const moment = field(
  'timestamptz',
  shape('an ISO 8601 time with an offset, of a day that exists', instantOf, { type: 'string', format: 'date-time' }),
);

const allRead = <T>(values: (T | Wrong)[]): T[] | Wrong =>
  (values.find((value) => value instanceof Wrong) as Wrong | undefined) ?? (values as T[]);

export const listOf = <T>({ read, schema, sql }: Field<T>): Field<T[]> => {
  const readList = (list: unknown) => {
    if (!Array.isArray(list)) return undefined;
    return list.length > limits.items ? new Wrong(`must have at most ${limits.items} items`) : allRead(list.map(read));
  };
  return field(`${sql}[]`, shape('a list', readList, { type: 'array', items: schema, maxItems: limits.items }));
};

const readStatuses = (value: unknown): [string, string][] | Wrong | undefined => {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.length > limits.rosterItems) return new Wrong(`must have at most ${limits.rosterItems} users`);
  const read = allRead(entries.flat().map(nonEmptyText.read));
  return read instanceof Wrong ? read : (entries as [string, string][]);
};
/** `{user: status}` as pairs. */
export const statuses = shape('an object of users and statuses', readStatuses, {
  type: 'object',
  additionalProperties: nonEmptyText.schema,
});

/** The roles of course staff in Open edX, and of data researchers, who only read settings (instructor-v2.md §6, I1). */
export const courseRoles = ['staff', 'instructor', 'limited_staff', 'data_researcher'];
export const courseRole = field('text', oneOf(...courseRoles));

/** Reads these fields of an object, by the names of their columns. `refuse` gets what is wrong with each. */
export const readFields = (
  fields: Record<string, Field>,
  given: Record<string, unknown>,
  refuse: (field: string, message: string) => void,
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { read, column = name }]) => {
      const value = read(given[name]);
      if (value instanceof Wrong) refuse(name, value.message);
      return [column, value];
    }),
  );
