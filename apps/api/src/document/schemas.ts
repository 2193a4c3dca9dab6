import { limits } from '#domain';
import type { Schema } from '#shapes';

export const text: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
export const flag: Schema = { type: 'boolean' };
export const time: Schema = { type: 'string', format: 'date-time' };
/** A number, or a text of digits, as in a form. */
export const id: Schema = {
  anyOf: [
    { type: 'integer', minimum: 1, maximum: limits.id },
    { type: 'string', pattern: '^\\d{1,18}$' },
  ],
};
/** In a query. */
export const idNumber: Schema = { type: 'integer', minimum: 1, maximum: limits.id };
export const pageNumber: Schema = { type: 'integer', minimum: 1, maximum: limits.id };

/** Any JSON value. */
export const anything: Schema = {};
export const emptyObject: Schema = { type: 'object', additionalProperties: false };

export const oneOf = (...words: string[]): Schema => ({ type: 'string', enum: words });
const nothing: Schema = { type: 'string', enum: [null], nullable: true };
/** `nullable` has no effect without `type`, so null becomes one more schema. */
export const orNull = (schema: Schema): Schema => {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf, nothing] };
  return { ...schema, nullable: true, ...(schema.enum && { enum: [...schema.enum, null] }) };
};
export const listOf = (items: Schema): Schema => ({ type: 'array', items });
export const mapOf = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });
export const either = (...schemas: Schema[]): Schema => ({ anyOf: schemas });

/** In a query. All other texts mean no. */
export const yes = oneOf('1', 'true', 'True');
/** `is_learning_mfe`: links lead to the learning front end. */
export const mfeFlag = yes;

type Optional<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Key : never }[keyof T];
type Schemas<T, Key extends keyof T> = unknown extends T ? Record<string, Schema> : Record<Key, Schema>;

/**
 * An object with exactly these properties. With the type of the answer, the compiler requires each of its properties.
 * Properties of `sometimes` may be absent.
 */
export const object = <T = unknown>(
  title: string,
  always: Schemas<T, Exclude<keyof T, Optional<T>>>,
  sometimes?: Schemas<T, Optional<T>>,
): Schema => ({
  title,
  type: 'object',
  properties: { ...always, ...sometimes },
  required: Object.keys(always),
  additionalProperties: false,
});

/** The usual body of an error. */
export const detail = object('Detail', { detail: text });
/** The body of an error that the instructor API's framework answers (instructor-v2.md §1). */
export const developerMessage = object('DeveloperMessage', { developer_message: text, detail: text });
/** The body of an error that a route of the instructor API answers. */
export const instructorError = object('InstructorError', { error: text, detail: text }, { provider: text });
/** The body of an error of a proctoring provider, which `provider` names. */
export const failure = object('Failure', { detail: text }, { provider: text });
/** The errors of each field of a body. */
export const messages: Schema = { title: 'Messages', ...mapOf(listOf(text)) };

/** rest-api.md §3.3. */
export const userSchema = object('User', { id: integer, username: text, email: text });
