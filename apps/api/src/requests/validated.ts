import { type ArgumentMetadata, Body, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { limits } from '#domain';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { Form, readable } from './body.js';

type ErrorBody = 'fields' | 'detail';
type Messages = Record<string, string[]>;

/**
 * The body as an instance of a class whose properties are `fields`; unknown properties are dropped. Otherwise throws 400:
 * as a map of fields to messages, or, for requests that the reference does not validate, as a `detail` naming a field.
 */
export function validated<T extends object>(as: Type<T>, body: unknown, errorBody: ErrorBody = 'fields'): T {
  const { instance, errors } = read(as, readable(body));
  if (!errors) return instance!;
  if (errorBody === 'fields') throw new HttpAnswer(400, errors);
  const [field = everything] = Object.keys(errors);
  const [message = ''] = errors[field] ?? [];
  throw refused(400, field === everything ? message : `${field}: ${message}`);
}

/** A body that is a list. Throws 422 with a list of messages, one for each item: `{}` for a valid one. */
export function validatedList<T extends object>(as: Type<T>, body: unknown): T[] {
  const items = readable(body);
  if (items === null) throw new HttpAnswer(422, { [everything]: ['No data provided'] });
  if (!Array.isArray(items))
    throw new HttpAnswer(422, { [everything]: [`Expected a list of items but got type "${typeName(items)}".`] });
  if (items.length > limits.items)
    throw new HttpAnswer(422, { [everything]: [`Ensure this field has no more than ${limits.items} elements.`] });
  const results = items.map((item) =>
    item === null ? { errors: ['This field may not be null.'], instance: undefined } : read(as, item),
  );
  if (results.some(({ errors }) => errors))
    throw new HttpAnswer(
      422,
      results.map(({ errors = {} }) => errors),
    );
  return results.map(({ instance }) => instance!);
}

/** Nest's ValidationPipe with the refusals of the reference. */
class BodyPipe implements PipeTransform {
  constructor(private readonly errorBody: ErrorBody) {}

  transform(body: unknown, { metatype }: ArgumentMetadata) {
    return validated(metatype as Type<object>, body, this.errorBody);
  }
}

class BodyListPipe implements PipeTransform {
  constructor(private readonly as: Type<object>) {}

  transform(body: unknown) {
    return validatedList(this.as, body);
  }
}

/** The body, validated as the class of the parameter; see `validated`. */
export const ValidBody = (errorBody: ErrorBody = 'fields') => Body(new BodyPipe(errorBody));

/** The body as a list, validated; see `validatedList`. */
export const ValidBodyList = (as: Type<object>) => Body(new BodyListPipe(as));

const everything = 'non_field_errors';

function read<T extends object>(as: Type<T>, body: unknown): { instance?: T; errors?: Messages } {
  if (body === null) return { errors: { [everything]: ['No data provided'] } };
  if (typeName(body) !== 'dict')
    return { errors: { [everything]: [`Invalid data. Expected a dictionary, but got ${typeName(body)}.`] } };
  const instance = plainToInstance(as, body, { excludeExtraneousValues: true });
  const all = validateSync(instance, { forbidUnknownValues: false });
  if (all.length === 0) return { instance };
  const reported =
    body instanceof Form ? all.filter(({ constraints, value }) => !constraints?.boolean || value !== undefined) : all;
  const wrong = reported.length > 0 ? reported : all;
  return {
    errors: Object.fromEntries(wrong.map(({ property, constraints = {} }) => [property, Object.values(constraints)])),
  };
}

/** The reference's word for a kind of JSON value. */
export function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { string: 'str', boolean: 'bool' }[typeof value as string] ?? 'dict';
}
