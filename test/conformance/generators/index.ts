import type { Model } from '../model.js';
import type { Step } from '../step.js';
import { attemptGenerators } from './attempts.js';
import { examGenerators } from './exams.js';
import type { Generator } from './generator.js';
import { staffGenerators } from './staff.js';
import { viewGenerators } from './views.js';

const sound = [...attemptGenerators, ...examGenerators, ...staffGenerators];

/** Escapes that are none, bytes that are no text, and escapes of what paths are made of. */
const escapes = ['%', '%zz', '%ff', '%C3', '%ED%A0%80', '%00', '%2F', '%2f1', '%25', '%0A', '%20', '%E2%82%AC'];

const values = [null, '', ' ', 'x', '-1', '1.5', -1, 0, 0.5, true, false, [], ['x'], {}, { a: 1 }, '<b>"\'\\', 'é 😀'];
const ids = ['0', '999999999', 'abc', '-1', '99999999999999999999', ''];
const bodies = [[], 'x', 5, null, {}];
const texts = ['{', '[1,', 'x', '{"a":1}}', ''];
const types = ['application/json', 'application/json', 'text/plain'];

/** No value has it in itself. */
const boundary = '----form-of-a-browser';

/** The body as a browser's form would send it. */
function asForm({ body }: Step): Partial<Step> {
  const part = ([name, value]: [string, unknown]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`;
  const text = `${Object.entries(Object(body)).map(part).join('')}--${boundary}--\r\n`;
  return { body: undefined, text, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}

/** The path with an escape somewhere behind a slash or at the end; `{names}` stay whole. */
function mangled(path: string, random: Model['random']): string {
  const places = [...path.matchAll(/\/|$/g)].map(({ index }) => Math.min(index + 1, path.length));
  const place = random.pick(places);
  return path.slice(0, place) + random.pick(escapes) + path.slice(place);
}

/** A request of another kind with something wrong in it. */
function spoil(model: Model): Step[] {
  const { random } = model;
  const [step] = random.weighted(sound).make(model).slice(-1);
  if (!step) return [];
  const fields = Array.isArray(step.body) ? [] : Object.keys(step.body ?? {});
  const ways: (() => Partial<Step>)[] = [
    () => ({ path: step.path.replace(/\{(attempt|exam)\d+\}/, random.pick(ids)) }),
    () => ({ body: random.pick(bodies) }),
    () => ({ body: undefined, text: random.pick(texts), headers: { 'Content-Type': random.pick(types) } }),
    () => asForm(step),
    () => ({ path: mangled(step.path, random) }),
    () => ({ path: mangled(step.path, random) }),
    () => ({ method: random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'POST']) }),
    ...fields.map((field) => () => ({ body: { ...(step.body as object), [field]: random.pick(values) } })),
    ...fields.map((field) => () => ({ body: { ...(step.body as object), [field]: undefined } })),
  ];
  return [{ ...step, ...random.pick(ways)() }];
}

/** Everything the walk does, by how often. */
export const generators: Generator[] = [...sound, ...viewGenerators, { weight: 12, make: spoil }];
