import { isObject } from '#shapes';
import { refused } from '../http/http-answer.js';
import { readable } from './body.js';

/** A body that must be an object; throws what was wrong with it otherwise. */
export const bodyObject = (body: unknown): Record<string, unknown> => {
  const value = readable(body);
  if (isObject(value)) return value;
  throw refused(400, 'Invalid data. Expected a dictionary.');
};
