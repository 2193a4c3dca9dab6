import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { limits } from '#domain';
import type { Schema } from '#shapes';
import { pathParameters } from '../http/path-parameters.js';
import { referencePath } from '../http/reference-urls.js';
import { sharedSchemas } from './event-data.js';
import {
  developerMessage,
  either,
  instructorError,
  orNull,
  text,
  detail as usualDetail,
  failure as usualFailure,
} from './schemas.js';

type Operation = {
  'x-gate'?: string;
  'x-surface'?: string;
  parameters?: any[];
  requestBody?: unknown;
  responses: any;
  security?: object[];
};

const description = `Behaves as edx-proctoring 4.16.1. Answers are JSON, also those that are a text; \`?format=\` may say
\`json\` and nothing else. Every answer has an \`X-Request-Id\`; those below \`/api\` name the methods of their path in \`Allow\`.`;

const { version, license } = createRequire(import.meta.url)('#package.json');

const tags = {
  attempts: 'A learner takes an exam',
  exams: 'The exams of a course and their settings',
  appeals: 'A learner sees what happened in an attempt, and appeals a rejection; staff reject and answer',
  actions: 'Staff change running attempts: extra time, pauses, messages',
  allowances: 'More time, or another exception, for one learner at one exam',
  onboarding: "A learner's first check with a provider",
  learners:
    'The pages that a learner sees before, during and after an exam, and the learners of a course for its staff',
  providers: 'The companies that proctor: reviews, readiness, dashboards',
  'instructor dashboard': 'The special exams of a course for the instructor dashboard of Open edX',
  people: 'The caller, and the courses that the caller may see',
  browsers: 'What a page in a browser needs',
  lms: 'The LMS sends the roster: people, courses, enrolments, dates',
  retirement: 'A learner is forgotten',
  audit: 'The log, the access log, and proofs of erasure',
  operations: 'The state of the service, dead letters and refused reviews, for operators',
  health: 'For load balancers and orchestrators',
};

/**
 * The OpenAPI document: the decorators of the routes, and the answers that all routes have in common. document.spec.ts
 * compares it with the routes, and `npm run schemathesis` with the answers.
 */
export function documentOf(app: NestFastifyApplication): OpenAPIObject {
  const page = new DocumentBuilder()
    .setTitle('Exam proctoring')
    .setVersion(version)
    .setDescription(description)
    .setLicense(license, `https://spdx.org/licenses/${license}.html`)
    .addServer('/', 'This service');
  for (const [tag, meaning] of Object.entries(tags)) page.addTag(tag, meaning);
  const operationIdFactory = (_controller: string, method: string) => method;
  const document = SwaggerModule.createDocument(app, page.build(), { operationIdFactory });
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const operations = Object.entries(item).filter(([method]) => describable.includes(method));
    for (const [method, operation] of operations) complete(path, method, operation);
    return [referencePath(path), Object.fromEntries(operations)];
  });
  const components: any = { ...document.components, securitySchemes };
  components.schemas = { ...components.schemas, ...sharedSchemas };
  return withSchemas({ ...document, paths: Object.fromEntries(paths), components });
}

const json = 'application/json';

/** HEAD is GET without its body, and OPTIONS is no part of the contract (rest-api.md §2.1). */
const describable = ['get', 'post', 'put', 'patch', 'delete', 'trace'];

const header = (name: string, description: string) => ({
  in: 'header',
  name,
  required: false,
  description,
  schema: text,
});
const idempotencyKey = header(
  'Idempotency-Key',
  'The same request (method, path with query, bytes of the body) with the same key gets the first answer again. Keys of different callers do not meet.',
);
const ifNoneMatch = header('If-None-Match', 'The ETag of an earlier answer: 304 if it would still be the same');

const apiKey = (where: string, name: string, description?: string) => ({
  type: 'apiKey',
  in: where,
  name,
  description,
});
const securitySchemes: any = {
  token: apiKey('header', 'Authorization', '`JWT <token>` or `Bearer <token>`'),
  useJwtCookie: apiKey('header', 'USE-JWT-COOKIE', '`true`: the token is in two cookies'),
  jwtCookieHeaderPayload: apiKey('cookie', 'edx-jwt-cookie-header-payload'),
  jwtCookieSignature: apiKey('cookie', 'edx-jwt-cookie-signature'),
  csrfToken: apiKey('header', 'X-CSRFToken', 'The value of the cookie `csrftoken`'),
  csrfCookie: apiKey('cookie', 'csrftoken'),
};
const needing = (...schemes: string[]) => Object.fromEntries(schemes.map((scheme) => [scheme, []]));
const cookies = ['useJwtCookie', 'jwtCookieHeaderPayload', 'jwtCookieSignature'];

/** Adds the parameters of the path, and the answers that hooks and filters give. */
function complete(path: string, method: string, operation: Operation) {
  const isRead = method === 'get';
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    const { schema, description } = pathParameters[name!] ?? {};
    return { in: 'path', name, required: true, schema, ...(description && { description }) };
  });
  const others = (operation.parameters ?? []).filter((each) => each.in !== 'path');
  operation.parameters = [...inPath, ...others.map(limited)];
  operation.security = [];
  if (!/^\/(api|lti)\//.test(path)) return;

  const { 'x-gate': gate, 'x-surface': surface, requestBody, parameters, responses } = operation;
  const isInstructors = surface === 'instructor-v2';
  const detail = isInstructors ? developerMessage : usualDetail;
  const failure = isInstructors ? either(developerMessage, instructorError) : usualFailure;
  for (const { schema } of Object.values<any>(Object((requestBody as any)?.content)))
    if (schema.type === 'array') schema.maxItems = limits.items;
  addAnswer(responses, 400, detail, 'The request cannot be read');
  addAnswer(responses, 413, detail, 'The body is too large');
  // The request is refused before its path is known.
  addAnswer(responses, 431, usualDetail, 'The line or the headers of the request are too large');
  addAnswer(responses, 429, detail, 'Too many requests of this client', 'Retry-After');
  addAnswer(
    responses,
    503,
    failure,
    'The service is busy, the database cannot be reached, or others were faster',
    'Retry-After',
  );
  if (isRead && responses[200]?.content?.[json]) {
    parameters.push(ifNoneMatch);
    addAnswer(responses, 304, undefined, 'The answer has not changed');
  }
  if (gate === 'course' || requestBody) addAnswer(responses, 415, detail, 'No JSON and no form');
  if (gate === 'anyone') return;
  const needed = surface === 'edx-exams' ? cookies.slice(1) : cookies;
  operation.security = [needing('token'), needing(...needed, ...(isRead ? [] : ['csrfToken', 'csrfCookie']))];
  addAnswer(responses, 403, detail, 'No login, or not allowed');
  if (surface) addAnswer(responses, 401, detail, 'No login');
  if (surface === 'edx-exams')
    addAnswer(responses, 405, detail, 'The course id fits another path, without this method');
  addAnswer(responses, 404, detail, 'No such path');
  addAnswer(responses, 406, detail, 'The request does not accept JSON');
  if (isRead) return;
  parameters.push(idempotencyKey);
  addAnswer(responses, 409, detail, 'A request with this Idempotency-Key is running', 'Retry-After');
  addAnswer(responses, 422, detail, 'The Idempotency-Key was used before with another request');
}

/** `refuseLong` limits every parameter of a query to this. */
const limited = (parameter: any) =>
  parameter.in === 'query' && parameter.schema?.type === 'string' && !parameter.schema.enum
    ? { ...parameter, schema: { maxLength: limits.parameter, ...parameter.schema } }
    : parameter;

/** A status may have several reasons. An answer that a controller declares without a body stays without one. */
function addAnswer(responses: any, status: number, schema: Schema | undefined, reason: string, ...headers: string[]) {
  const known = responses[status] ?? { content: schema && { [json]: { schema } } };
  const before = known.content?.[json]?.schema;
  responses[status] = {
    ...known,
    ...(before &&
      schema &&
      !isDeepStrictEqual(before, schema) && {
        content: { ...known.content, [json]: { schema: either(before, schema) } },
      }),
    ...(headers[0] && { headers: Object.fromEntries(headers.map((name) => [name, { schema: text }])) }),
    description: known.description ? `${known.description}; or: ${reason}` : reason,
  };
}

/** Moves each schema with a title to the components, and leaves a reference in its place. */
function withSchemas(document: OpenAPIObject): OpenAPIObject {
  const schemas: Record<string, any> = {};
  const referring = (value: any): any => {
    if (Array.isArray(value)) return value.map(referring);
    if (typeof value !== 'object' || value === null) return value;
    const read = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, referring(each)]));
    if (typeof value.title !== 'string' || !('type' in value)) return read;
    const { title, nullable: isNullable, ...schema } = read;
    schemas[title] = schema;
    // The same shape may be null in one place and never in another.
    const shape = { $ref: `#/components/schemas/${title}` };
    return isNullable ? orNull({ anyOf: [shape] }) : shape;
  };
  const paths = referring(document.paths);
  return {
    ...document,
    paths,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas } },
  };
}
