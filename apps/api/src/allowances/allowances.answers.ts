import type { allowanceJson } from '#read-models';
import { detail, either, integer, listOf, mapOf, object, text, time, userSchema } from '../document/schemas.js';
import { examSchema } from '../exams/exams.answers.js';

/** rest-api.md §3.5. */
export const allowanceSchema = object<ReturnType<typeof allowanceJson>>('Allowance', {
  id: integer,
  created: time,
  modified: time,
  user: userSchema,
  key: text,
  value: text,
  proctored_exam: examSchema,
});

export const allowancesByName = mapOf(listOf(allowanceSchema));

/** The requested pairs, as texts: the answer if only some could be granted. */
export const askedPairs = listOf(object('AskedPair', { exam_id: text, user_id: text }));
export const noPairGranted = either(object('RefusedField', { detail: text, field: text }), detail);
