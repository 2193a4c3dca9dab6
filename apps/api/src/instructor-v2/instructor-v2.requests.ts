import { limits } from '#domain';
import { type Schema, Wrong } from '#shapes';
import { listOf } from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { readable } from '../requests/body.js';
import { boolean, integerWithin, textWithin } from '../requests/fields.js';
import { typeName } from '../requests/validated.js';

/** Why a value was not accepted. The errors of a list's items are named by their index. */
type Problems = string[] | { [name: string]: Problems };
/** Answers the value, or its problems. */
type Reading<T> = { value: T } | { problems: Problems };
type Field<T> = { read: (value: unknown) => Reading<T>; schema: Schema; isOptional?: true };
type Fields<T> = { [Name in keyof T]-?: Field<T[Name]> };

const wrong = (problem: string) => ({ problems: [problem] });

const given = <T>(schema: Schema, read: (value: unknown) => Reading<T>): Field<T> => ({
  schema,
  read: (value) => {
    if (value === undefined) return wrong('This field is required.');
    return value === null ? wrong('This field may not be null.') : read(value);
  },
});

const single = <T>({ read, schema }: { read: (value: unknown) => unknown; schema: Schema }): Field<T> =>
  given(schema, (value) => {
    const result = read(value);
    return result instanceof Wrong ? wrong(result.message) : { value: result as T };
  });

const many = <T>(item: Field<T>): Field<T[]> =>
  given<T[]>({ ...listOf(item.schema), maxItems: limits.items }, (value) => {
    if (!Array.isArray(value)) return wrong(`Expected a list of items but got type "${typeName(value)}".`);
    if (value.length > limits.items) return wrong(`Ensure this field has no more than ${limits.items} elements.`);
    const items = value.map(item.read);
    const refused = items.flatMap((each, index) => ('problems' in each ? [[index, each.problems] as const] : []));
    if (refused.length > 0) return { problems: Object.fromEntries(refused) };
    return { value: items.flatMap((each) => ('value' in each ? [each.value] : [])) };
  });

/** Texts are trimmed, and numbers are taken as texts. */
const trimmed = (maxLength: number = limits.name, blank = false) => {
  const { schema, read } = textWithin({ maxLength, blank });
  return single<string>({
    schema,
    read: (value) => {
      const result = read(value);
      return typeof result === 'string' ? result.trim() : result;
    },
  });
};

const allowance = { user_ids: many(trimmed()), allowance_type: trimmed(), value: trimmed(limits.text) };

export type AllowanceOfExam = { user_ids: string[]; allowance_type: string; value: string };
export type AllowanceOfExams = AllowanceOfExam & { exam_ids: number[] };

export const allowanceOfExam: Fields<AllowanceOfExam> = allowance;
export const allowanceOfExams: Fields<AllowanceOfExams> = {
  exam_ids: many(single<number>(integerWithin(limits.id))),
  ...allowance,
};

export type ChangedSettings = {
  proctoring_escalation_email?: string;
  create_zendesk_tickets?: boolean;
  enable_proctored_exams?: boolean;
};
const optional = <T>(field: Field<T>): Field<T> => ({ ...field, isOptional: true });
export const changedSettings: Fields<ChangedSettings> = {
  proctoring_escalation_email: optional(trimmed(limits.name, true)),
  create_zendesk_tickets: optional(single(boolean)),
  enable_proctored_exams: optional(single(boolean)),
};

/** The body of a request; other fields are dropped. @throws HttpAnswer with status 400 and the problems of each field */
export function bodyOf<T extends object>(fields: Fields<T>, sent: unknown): T {
  const body = readable(sent);
  if (typeName(body) !== 'dict')
    throw new HttpAnswer(400, {
      non_field_errors: [`Invalid data. Expected a dictionary, but got ${typeName(body)}.`],
    });
  const problems: Record<string, Problems> = {};
  const values: Record<string, unknown> = {};
  for (const [name, { read, isOptional }] of Object.entries<Field<unknown>>(fields)) {
    const value = (body as Record<string, unknown>)[name];
    if (value === undefined && isOptional) continue;
    const reading = read(value);
    if ('problems' in reading) problems[name] = reading.problems;
    else values[name] = reading.value;
  }
  if (Object.keys(problems).length > 0) throw new HttpAnswer(400, problems);
  return values as T;
}

export const schemaOf = (title: string, fields: Record<string, Field<any>>): Schema => ({
  title,
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
  required: Object.entries(fields).flatMap(([name, { isOptional }]) => (isOptional ? [] : [name])),
});
