import { isObject } from '#shapes';
import { HttpAnswer } from '../http/http-answer.js';
import { readable } from '../requests/body.js';

/** The value of a field, or why it is refused, in the words of the REST framework of edx-exams. */
export type FieldReader<T> = (value: unknown) => T | FieldProblem;

export class FieldProblem {
  constructor(readonly text: string) {}
}

type Errors = Record<string, string[]>;
export type ItemErrors = Errors | Errors[];

const invalidData = (errors: ItemErrors) => new HttpAnswer(400, { detail: 'Invalid data', errors });

const pythonTypeOf = (value: unknown): string => {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { string: 'str', boolean: 'bool' }[typeof value as string] ?? 'dict';
};

/**
 * The items of a list; `problemOf` judges an item whose fields are all right. Fields that are not read do not count.
 * @throws HttpAnswer 400 with the errors of each item (edx-exams.md §5.1)
 */
export function itemsIn<Item>(
  body: unknown,
  fields: { [Name in keyof Item]: FieldReader<Item[Name]> },
  problemOf: (item: Item) => Errors = () => ({}),
): Item[] {
  const list = readable(body);
  if (!Array.isArray(list))
    throw invalidData({ non_field_errors: [`Expected a list of items but got type "${pythonTypeOf(list)}".`] });
  const read = list.map((item) => itemIn(item, fields));
  const errors = read.map(({ item, errors }) => (Object.keys(errors).length > 0 ? errors : problemOf(item)));
  if (errors.some((each) => Object.keys(each).length > 0)) throw invalidData(errors);
  return read.map(({ item }) => item);
}

function itemIn<Item>(value: unknown, fields: { [Name in keyof Item]: FieldReader<Item[Name]> }) {
  const errors: Errors = {};
  const item = {} as Item;
  if (!isObject(value)) {
    errors.non_field_errors = [`Invalid data. Expected a dictionary, but got ${pythonTypeOf(value)}.`];
    return { item, errors };
  }
  for (const name of Object.keys(fields) as (keyof Item & string)[]) {
    const found = fields[name](value[name]);
    if (found instanceof FieldProblem) errors[name] = [found.text];
    else item[name] = found;
  }
  return { item, errors };
}

/** A field that must be there. */
export const required =
  <T>(reader: FieldReader<T>): FieldReader<T> =>
  (value) => {
    if (value === undefined) return new FieldProblem('This field is required.');
    return value === null ? new FieldProblem('This field may not be null.') : reader(value);
  };

/** Digits as text count, too. */
export const wholeNumberUpTo =
  (most: number): FieldReader<number> =>
  (value) => {
    const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
    if (!/^[+-]?\d+(\.0*)?$/.test(text)) return new FieldProblem('A valid integer is required.');
    const number = Number(text);
    if (number < 0) return new FieldProblem('Ensure this value is greater than or equal to 0.');
    return number > most ? new FieldProblem(`Ensure this value is less than or equal to ${most}.`) : number;
  };
