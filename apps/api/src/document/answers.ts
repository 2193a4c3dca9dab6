import { STATUS_CODES } from 'node:http';
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { Schema } from '#shapes';
import { detail, text } from './schemas.js';

// document.ts adds what routes have in common: a login, accepted types, limits.

type More = { description?: string; type?: string; or?: string; headers?: Record<string, { schema: Schema }> };

/** A route's answer. Without a schema its body is empty. `or` is a second type of the body, which is then a text. */
export const Answers = (
  status: number,
  schema?: Schema,
  { description = STATUS_CODES[status]!, type = 'application/json', or, headers }: More = {},
) =>
  ApiResponse({
    status,
    description,
    ...(schema && { content: { [type]: { schema }, ...(or && { [or]: { schema: text } }) } }),
    ...(headers && { headers }),
  } as Parameters<typeof ApiResponse>[0]);

/** Statuses with the usual `detail`. */
export const Refuses = (...statuses: number[]) => applyDecorators(...statuses.map((status) => Answers(status, detail)));

export const Redirects = (description: string) =>
  Answers(302, undefined, { description, headers: { Location: { schema: text } } });

/** A parameter of the query, which may be absent. */
export const QueryParam = (name: string, schema: Schema, description?: string) =>
  ApiQuery({ name, schema, description, required: false });

const forms = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** A body of flat fields, as JSON or as a form. */
export const RequestBody = (type: Type) =>
  applyDecorators(ApiBody({ type }), ApiConsumes('application/json', ...forms));

/** A body that a form cannot express. */
export const JsonRequestBody = (body: Type | [Type] | Schema) =>
  applyDecorators(
    ApiBody(typeof body === 'function' || Array.isArray(body) ? { type: body as Type } : { schema: body }),
    ApiConsumes('application/json'),
  );
