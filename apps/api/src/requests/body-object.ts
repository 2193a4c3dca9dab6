import { isObject } from '#shapes';
import { refused } from '../http/http-answer.js';
import { readable } from './body.js';

/** The body, which must be an object. Throws if it is not. */
export const bodyObject = (body: unknown): Record<string, unknown> => {
  const value = readable(body);
  if (isObject(value)) return value;
  throw refused(400, 'Invalid data. Expected a dictionary.');
};
