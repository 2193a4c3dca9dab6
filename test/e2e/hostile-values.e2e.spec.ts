import { Random } from '../conformance/random.js';
import { shared } from '../support/hooks.js';
import {
  contentId,
  courseId,
  openCourse,
  type Person,
  people,
  publishedExam,
  root,
  tokenOf,
} from '../support/service.js';

// Each field of each route in the OpenAPI document gets values that no client should send.

const { staff, alice } = people;
/** Only superusers change something as operators. */
const senderTo = (path: string): Person => (path.includes('/operations/') ? { ...staff, superuser: true } : staff);
const seed = process.env.SEED ?? String(Date.now() % 1_000_000);
const random = new Random(seed);

const service = shared(() => openCourse({ midterm: {} }));
const { request: ask } = service;
let document: any;
let examId: number;
let attempt: { id: number; external_id: string; attempt_code: string };

beforeAll(async () => {
  console.log(`Seed ${seed}`);
  examId = service.exams.midterm;
  attempt = (await ask(alice, 'GET', `${root}/attempt/${await service.createAttempt(alice, examId)}`)).body;
  document = (await ask(undefined, 'GET', '/docs-json')).body;
});

type Schema = Record<string, any>;
const resolved = (schema: Schema): Schema =>
  schema.$ref
    ? resolved(document.components.schemas[schema.$ref.split('/').at(-1)])
    : (schema.allOf?.map(resolved)[0] ?? schema);
const kindsOf = (schema: Schema): Schema[] => (resolved(schema).anyOf ?? [resolved(schema)]).map(resolved);

const some = <T>(from: readonly T[], count: number) => Array.from({ length: count }, () => random.pick(from));

/** A random text, which PostgreSQL cannot compress enough for an index. */
const noise = (length: number) =>
  Array.from({ length }, () => String.fromCodePoint(0x4e00 + Math.floor(random.next() * 20_000))).join('');

const noTimes = [
  '2031-02-30T10:00:00Z',
  '2031-05-05T24:00:00Z',
  '2031-05-05T25:00:00Z',
  '0000-01-01T00:00:00Z',
  '10000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '2031-05-05T10:00:00+24:00',
  '2031-05-05T10:00:00+99:99',
  '9999-12-31T23:59:59-01:00',
  'infinity',
  'tomorrow',
];

/** Texts that PostgreSQL cannot keep. In paths and queries they have another form. */
const unstorable = ['a\0b', 'a\ud800b'];

/** Values that the document forbids. */
const forbidden = (schema: Schema): unknown[] => {
  const kinds = kindsOf(schema);
  const longest = kinds.map(({ maxLength = 0 }) => maxLength).sort((a, b) => b - a)[0]!;
  const integer = kinds.every(({ type }) => type === 'integer') ? kinds[0]! : {};
  return [
    ...(longest > 0 ? ['x'.repeat(longest + 1), noise(longest + 1)] : []),
    ...('maximum' in integer ? [integer.maximum * 2, '9'.repeat(400), 1e300] : []),
    ...(kinds.some(({ format }) => format === 'date-time') ? noTimes : []),
    ...(kinds[0]!.maxItems > 0 && kinds[0]!.maxItems < 50_000 ? [Array(kinds[0]!.maxItems + 1).fill('x')] : []),
  ];
};

/** Values that may be accepted or refused, but never end in an error of the service. */
const odd = [
  ...[null, true, [], {}, '', -1, 1.5, 9_999_999_999, -9_999_999_999, 2 ** 53, 2 ** 63, '1e308', '１２', '٣', '%zz'],
  ...['\0', '\udc00', '\u202e', "'; drop table events; --", '{{7*7}}', '../../etc/passwd', '9'.repeat(30), 'NaN'],
];

const base: Record<string, unknown> = {
  attempt_proctored: 'true',
  is_proctored: true,
  is_practice_exam: false,
  is_active: true,
  hide_after_due: false,
  time_limit_mins: 30,
  exam_name: 'An exam',
  external_id: 'an id',
  key: 'additional_time_granted',
  allowance_type: 'additional_time_granted',
  value: '5',
  user_info: 'alice',
  user_ids: 'alice',
  status: 'passed',
  review_policy: 'Open book',
  action: 'stop',
  course_id: courseId,
  content_id: contentId('midterm'),
};

type Request = { method: string; path: string; query: Record<string, string>; body: any };
/** A field of a request. `put` sets a value; a refusal must contain one of `names`. */
type Field = {
  place: string;
  schema: Schema;
  names: string[];
  isLenient?: boolean;
  put(request: Request, value: unknown): Request;
};

/** A refusal names a path parameter by its name or by the name of the field in bodies. */
const namesOf = (name: string) => [name, name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
const known = (): Record<string, string> => ({
  courseId,
  contentId: contentId('midterm'),
  examId: String(examId),
  attemptId: String(attempt.id),
  userId: '77',
  externalId: attempt.external_id,
  attemptCode: attempt.attempt_code,
  callbackId: '1',
  eventId: '01942c3e-5a00-7000-8000-000000000001',
  text: 'alice',
});

const bodyField = (path: string[], schema: Schema): Field => ({
  place: path.join('.'),
  schema,
  // An item of a list is named by its list.
  names: [path.findLast((part) => !/^\d+$/.test(part))!],
  put: (request, value) => {
    const body = structuredClone(request.body);
    const inner = path.slice(0, -1).reduce((each: any, key) => each[key], body);
    inner[path.at(-1)!] = value;
    return { ...request, body };
  },
});

/** The fields of a body with those of its list items, and an example of the body with each field once. */
function fieldsOf(schema: Schema, at: string[] = []): { fields: Field[]; example: any } {
  const [kind] = kindsOf(schema) as [Schema];
  if (kind.type === 'array') {
    const { fields, example } = fieldsOf(kind.items, [...at, '0']);
    return { fields, example: [example] };
  }
  if (!kind.properties) return { fields: at.length > 0 ? [bodyField(at, schema)] : [], example: exampleOf(at, kind) };
  const inner = Object.entries<Schema>(kind.properties).map(
    ([name, each]) => [name, fieldsOf(each, [...at, name])] as const,
  );
  return {
    fields: inner.flatMap(([, { fields }]) => fields),
    example: Object.fromEntries(inner.map(([name, { example }]) => [name, example])),
  };
}

const exampleOf = (at: string[], { type, enum: words, format, minimum }: Schema): unknown => {
  const name = at.at(-1)!;
  if (name === 'exam_id') return examId;
  if (name === 'exam_ids') return String(examId);
  if (name === 'id' || name === 'user_id') return at[0] === 'users' ? 4711 : undefined;
  if (name in base) return base[name];
  if (words) return words[0];
  if (format) return '2031-05-05T10:00:00Z';
  if (name === 'user') return 'alice';
  return { integer: Math.max(minimum ?? 1, 1), boolean: true, object: {} }[type as string] ?? 'text';
};

/** All fields of all routes. */
function everything(): { method: string; path: string; request: Request; fields: Field[] }[] {
  return Object.entries<any>(document.paths).flatMap(([path, item]) =>
    Object.entries<any>(item)
      .filter(() => path.startsWith('/api/'))
      .map(([method, { parameters = [], requestBody }]) => {
        const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(known()[name]!));
        const body = requestBody?.content['application/json']?.schema;
        const read = body ? fieldsOf(body) : { fields: [], example: undefined };
        const request = { method: method.toUpperCase(), path: filled, query: {}, body: read.example };
        const ofPath = parameters
          .filter((each: any) => each.in === 'path')
          .map(
            ({ name, schema }: any): Field => ({
              place: `{${name}}`,
              schema,
              names: namesOf(name),
              put: (given, value) => ({
                ...given,
                path: path.replace(/\{(\w+)\}/g, (_, each) => encoded(each === name ? value : known()[each])),
              }),
            }),
          );
        const ofQuery = parameters
          .filter((each: any) => each.in === 'query')
          .map(
            ({ name, schema }: any): Field => ({
              place: `?${name}`,
              schema,
              names: [name],
              // As in the reference, a page that is too large is the last page, and an id that is too large finds nobody.
              isLenient: schema.type === 'integer',
              put: (given, value) => ({ ...given, query: { ...given.query, [name]: String(value) } }),
            }),
          );
        return { method: request.method, path, request, fields: [...ofPath, ...ofQuery, ...read.fields] };
      }),
  );
}

const encoded = (value: unknown) => encodeURIComponent(String(value).replace(/\p{Surrogate}/gu, '\uFFFD'));

async function send({ method, path, query, body }: Request, as: Person) {
  const text = Object.entries(query).map(([name, value]) => `${name}=${encoded(value)}`);
  return ask(as, method, text.length > 0 ? `${path}?${text.join('&')}` : path, body);
}

/** The number of events and of rows of the roster. */
async function written(): Promise<string> {
  const tables = ['events', 'exams', 'users', 'courses', 'enrollments', 'course_staff', 'dates', 'schedules'];
  const more = ['credit_requirements', 'credit_statuses', 'verified_names'];
  const counts = [...tables, ...more].map((table) => `(select count(*) from ${table})`);
  const { rows } = await service.database.owner.query(`select concat_ws(' ', ${counts.join()}) as counts`);
  return rows[0].counts;
}

it('a value that is too long, too large or not a time is refused with the name of its field, and nothing is written', async () => {
  const wrong: string[] = [];
  let tried = 0;
  for (const { method, path, request, fields } of everything())
    for (const field of fields) {
      if (field.isLenient) continue;
      const before = await written();
      const isText = kindsOf(field.schema).every(({ type, maxLength }) => type === 'string' && maxLength > 0);
      const isInBody = /^\w/.test(field.place);
      for (const value of [...forbidden(field.schema), ...(isText && isInBody ? unstorable : [])]) {
        tried++;
        const { status, body } = await send(field.put(request, value), senderTo(path));
        const isInPath = field.place.startsWith('{');
        const findsNothing = isInPath && (status === 404 || (method === 'GET' && field.schema.type === 'integer'));
        const isRefused = [400, 403, 422].includes(status) || findsNothing;
        // Software Secure is not configured here, so each of its reviews is refused because of the attempt.
        const isNamed = isInPath || path.includes('review_callback') || namedIn(body, field.names);
        if (!isRefused || !isNamed)
          wrong.push(`${method} ${path} ${field.place} ${shown(value)}: ${status} ${shown(body)}`);
      }
      if ((await written()) !== before) wrong.push(`${method} ${path} ${field.place}: something was written`);
    }
  expect(wrong).toEqual([]);
  expect(tried).toBeGreaterThan(300);
});

it('odd values never end in an error of the service', async () => {
  const wrong: string[] = [];
  for (const { method, path, request, fields } of everything())
    for (const field of fields)
      for (const value of some(odd, 10)) {
        const { status, body } = await send(field.put(request, value), random.pick([staff, staff, alice]));
        if (status >= 500) wrong.push(`${method} ${path} ${field.place} ${shown(value)}: ${status} ${shown(body)}`);
      }
  expect(wrong).toEqual([]);
});

it('each text and each number of a request has a limit in the OpenAPI document', () => {
  const boundless = everything().flatMap(({ method, path, fields }) =>
    fields
      .filter(({ schema }) =>
        kindsOf(schema).some(
          ({ type, enum: words, maxLength, maximum, format, pattern }) =>
            (type === 'string' && !words && !maxLength && format !== 'date-time' && !pattern) ||
            (type === 'integer' && maximum === undefined && format !== 'int32'),
        ),
      )
      .map(({ place }) => `${method} ${path} ${place}`),
  );
  expect(boundless).toEqual([]);
});

it('odd claims of a token are refused with their name, and create no user', async () => {
  const before = await written();
  const claims = { user_id: 4242, preferred_username: 'newcomer' };
  for (const [claim, value] of [
    ['user_id', 2 ** 53],
    ['user_id', -1],
    ['preferred_username', noise(256)],
    ['email', noise(4000)],
    ['name', 'a\0b'],
    ['roles', Array(1001).fill('x')],
    ['roles', 'x'],
  ] as const) {
    const authorization = `JWT ${await tokenOf({ ...claims, [claim]: value } as Person)}`;
    const answer = await ask(undefined, 'GET', `${root}/attempt`, undefined, { authorization });
    expect([claim, answer.status]).toEqual([claim, 403]);
    expect(answer.body.detail).toContain(claim);
  }
  expect(await written()).toBe(before);
});

it('an exam with the longest time can be started and polled', async () => {
  const path = `${root}/exam_registration/course_id/${courseId}`;
  const longest = publishedExam('longest', { time_limit_mins: 5_256_000, is_proctored: false });
  const { body } = await ask(staff, 'PATCH', path, [publishedExam('midterm'), longest]);
  const allowance = { exam_id: body[1].exam_id, user_info: 'alice', key: 'additional_time_granted', value: '5256000' };
  expect((await ask(staff, 'PUT', `${root}/allowance`, allowance)).status).toBe(200);
  const made = await ask(alice, 'POST', `${root}/attempt`, { exam_id: body[1].exam_id, start_clock: 'true' });
  expect(made.status).toBe(200);
  const polled = await ask(alice, 'GET', `${root}/attempt/${made.body.exam_attempt_id}`);
  expect(polled).toMatchObject({ status: 200, body: { status: 'started', allowed_time_limit_mins: 5_256_000 } });
  expect((await ask(alice, 'GET', `${root}/attempt`)).status).toBe(200);
});

const namedIn = (body: unknown, names: string[]) => names.some((name) => JSON.stringify(body).includes(name));

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 150);
