import type { Model } from '../model.js';
import type { Step } from '../step.js';
import { attemptGenerators } from './attempts.js';
import { examGenerators } from './exams.js';
import type { Generator } from './generator.js';
import { staffGenerators } from './staff.js';
import { viewGenerators } from './views.js';

const wellFormed = [...attemptGenerators, ...examGenerators, ...staffGenerators];

/** Invalid escapes, bytes that are not UTF-8, and escapes of characters with a meaning in paths. */
const escapes = ['%', '%zz', '%ff', '%C3', '%ED%A0%80', '%00', '%2F', '%2f1', '%25', '%0A', '%20', '%E2%82%AC'];

const values = [null, '', ' ', 'x', '-1', '1.5', -1, 0, 0.5, true, false, [], ['x'], {}, { a: 1 }, '<b>"\'\\', 'é 😀'];
const ids = ['0', '999999999', 'abc', '-1', '99999999999999999999', ''];
const bodies = [[], 'x', 5, null, {}];
const texts = ['{', '[1,', 'x', '{"a":1}}', ''];
const types = ['application/json', 'application/json', 'text/plain'];

/** No value contains this text. */
const boundary = '----form-of-a-browser';

/** The body as multipart form data. */
function asForm({ body }: Step): Partial<Step> {
  const part = ([name, value]: [string, unknown]) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${typeof value === 'string' ? value : JSON.stringify(value)}\r\n`;
  const text = `${Object.entries(Object(body)).map(part).join('')}--${boundary}--\r\n`;
  return { body: undefined, text, headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` } };
}

/** Puts an escape after a slash or at the end of the path, but not into `{names}`. */
function withEscape(path: string, random: Model['random']): string {
  const places = [...path.matchAll(/\/|$/g)].map(({ index }) => Math.min(index + 1, path.length));
  const place = random.pick(places);
  return path.slice(0, place) + random.pick(escapes) + path.slice(place);
}

/** A request of another generator with an error in it. */
function malformed(model: Model): Step[] {
  const { random } = model;
  const [step] = random.weighted(wellFormed).make(model).slice(-1);
  if (!step) return [];
  const fields = Array.isArray(step.body) ? [] : Object.keys(step.body ?? {});
  const ways: (() => Partial<Step>)[] = [
    () => ({ path: step.path.replace(/\{(attempt|exam)\d+\}/, random.pick(ids)) }),
    () => ({ body: random.pick(bodies) }),
    () => ({ body: undefined, text: random.pick(texts), headers: { 'Content-Type': random.pick(types) } }),
    () => asForm(step),
    () => ({ path: withEscape(step.path, random) }),
    () => ({ path: withEscape(step.path, random) }),
    () => ({ method: random.pick(['GET', 'PUT', 'DELETE', 'PATCH', 'POST']) }),
    ...fields.map((field) => () => ({ body: { ...(step.body as object), [field]: random.pick(values) } })),
    ...fields.map((field) => () => ({ body: { ...(step.body as object), [field]: undefined } })),
  ];
  return [{ ...step, ...random.pick(ways)() }];
}

/** All requests of the walk. */
export const generators: Generator[] = [...wellFormed, ...viewGenerators, { weight: 12, make: malformed }];
