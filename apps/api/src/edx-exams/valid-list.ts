import type { Type } from '@nestjs/common';
import { HttpAnswer } from '../http/http-answer.js';
import { validatedList } from '../requests/validated.js';

export const invalidData = (errors: object | string | undefined) =>
  new HttpAnswer(400, { detail: 'Invalid data', errors });

/** A body that is a list, validated as edx-exams does (edx-exams.md §5.1). @throws HttpAnswer 400 */
export function validList<T extends object>(as: Type<T>, body: unknown): T[] {
  try {
    return validatedList(as, body);
  } catch (error) {
    throw error instanceof HttpAnswer && error.status === 422 ? invalidData(error.body) : error;
  }
}
