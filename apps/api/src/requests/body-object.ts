import { refused } from '../http/http-answer.js';
import { readable } from './body.js';

/** A body that must be an object; throws what was wrong with it otherwise. */
export const bodyObject = (body: unknown): Record<string, unknown> => {
  const value = readable(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw refused(400, 'Invalid data. Expected a dictionary.');
};
