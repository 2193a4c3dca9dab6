import type { MinutesRecord } from '#read-models';
import { either, integer, listOf, mapOf, object, text } from '../document/schemas.js';

/** The user is named by the LMS's number (edx-exams.md §2). */
export const minutesJson = ({ id, generationId, examName, userId, minutes, username, email }: MinutesRecord) => ({
  id,
  exam_id: generationId,
  user_id: userId,
  extra_time_mins: minutes,
  username,
  exam_name: examName,
  email,
});

export const minutesList = listOf(
  object<ReturnType<typeof minutesJson>>('ExtraMinutes', {
    id: integer,
    exam_id: integer,
    user_id: integer,
    extra_time_mins: integer,
    username: text,
    exam_name: text,
    email: text,
  }),
);

const errors = mapOf(listOf(text));
/** The errors of each item, or of the list. */
export const invalidItems = object('InvalidItems', { detail: text }, { errors: either(listOf(errors), errors) });
