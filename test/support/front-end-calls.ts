import { readFileSync } from 'node:fs';
import { cookiesOf, type Person, type Service, tokenOf } from './service.js';

// The calls of a front end of Open edX, as data, in the order of a session.

/** The fields that the front end reads, with their types; `?`: or null. The item of a list stands for all, and there is one. */
type Shape = string | { [field: string]: Shape } | [Shape];
export type Call = {
  screen: string;
  method: string;
  path: string;
  for?: Record<string, string[]>;
  body?: object;
  form?: Record<string, string>;
  status?: number;
  reads?: Shape;
  isFrame?: true;
};
type Variables = Record<string, string | number>;

export const callsOf = (frontEnd: string): Call[] =>
  JSON.parse(readFileSync(`test/support/fixtures/${frontEnd}-calls.json`, 'utf8'));

/** The headers that a browser of this person sends from pages of this origin. */
export async function browserHeaders(
  service: Service,
  person: Person,
  origin: string,
): Promise<Record<string, string>> {
  const jwt = Object.entries(cookiesOf(await tokenOf(person))).map(([name, value]) => `${name}=${value}`);
  const csrf = await service.request(undefined, 'GET', '/csrf/api/v1/token');
  const cookies = [csrf.headers['set-cookie']].flat().map((each) => String(each).split(';')[0]);
  return {
    cookie: [...jwt, ...cookies].join('; '),
    'use-jwt-cookie': 'true',
    'x-csrftoken': csrf.body.csrfToken,
    origin,
  };
}

/** Fills in the variables. A text that is only a variable keeps the type of its value. */
export const filled = <T>(value: T, variables: Variables): T =>
  JSON.parse(
    JSON.stringify(value)
      .replace(/"\{(\w+)\}"/g, (_, name) => JSON.stringify(variables[name]))
      .replace(/\{(\w+)\}/g, (_, name) => String(variables[name])),
  );

/** The places of a value that are not what the front end reads. */
export function misfits(value: any, shape: Shape, place = 'body'): string[] {
  if (typeof shape === 'string') {
    const fits = shape === 'true' ? value === true : typeof value === shape.replace('?', '');
    return fits || (shape.endsWith('?') && value === null) ? [] : [`${place}: ${JSON.stringify(value)} is no ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || value.length === 0) return [`${place} has no items`];
    return value.flatMap((each, index) => misfits(each, shape[0], `${place}[${index}]`));
  }
  return Object.entries(shape).flatMap(([name, each]) => misfits(value?.[name], each, `${place}.${name}`));
}

/** The values of the variable that the call is made for. */
export const variantsOf = ({ for: more = {} }: Call): Record<string, string>[] => {
  const [variant] = Object.entries(more);
  return variant ? variant[1].map((value) => ({ [variant[0]]: value })) : [{}];
};
