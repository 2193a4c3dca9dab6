import { limits } from '#domain';
import { courseRoles, type RosterError } from '#roster';
import {
  text as anyText,
  either,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  orNull,
  type Schema,
  time,
} from '../document/schemas.js';

const text: Schema = { ...anyText, maxLength: limits.name };
const words: Schema = { ...text, minLength: 1 };
const namespace: Schema = { ...words, maxLength: limits.namespace };
const userId: Schema = { type: 'integer', minimum: 1, maximum: limits.id };
/** By id or by user name. */
const user = either(userId, words);

/** Items may have other fields, which do not count. */
const listOfItems = (required: Record<string, Schema>, optional: Record<string, Schema> = {}): Schema => ({
  ...listOf({ ...object('', required, optional), title: undefined, additionalProperties: true }),
  maxItems: limits.rosterItems,
});

const ofUser = { user, course_id: words };
const ofContent = { course_id: words, content_id: words };

/** The roster as the LMS sends it; `sections` in libs/roster reads it. */
export const rosterSchema = object(
  'Roster',
  {},
  {
    users: listOfItems(
      { id: userId, username: words, email: text },
      {
        full_name: orNull(text),
        is_staff: orNull(flag),
        is_superuser: orNull(flag),
        is_active: orNull(flag),
        groups: orNull({ ...listOf(words), maxItems: limits.items }),
      },
    ),
    courses: listOfItems(
      { course_id: words, display_name: text },
      {
        start: orNull(time),
        end: orNull(time),
        escalation_email: orNull(text),
        override_grade_on_rejected: orNull(flag),
      },
    ),
    enrollments: listOfItems({ ...ofUser, mode: words }, { is_active: orNull(flag) }),
    course_staff: listOfItems(ofUser, { role: orNull(oneOf(...courseRoles)) }),
    credit_requirements: listOfItems(
      { course_id: words, namespace, name: words, order: { type: 'integer', format: 'int32' } },
      { display_name: orNull(text), statuses: orNull(mapOf(words)) },
    ),
    verified_names: listOfItems({ user, verified_name: words, status: words }),
    dates: listOfItems(ofContent, { user: orNull(user), field: orNull(oneOf('due')), date: orNull(time) }),
    schedules: listOfItems(ofContent, {
      user: orNull(user),
      effective_start: orNull(time),
      due: orNull(time),
      accessible: orNull(flag),
      scheduled: orNull(flag),
    }),
    removed: object('RemovedFromRoster', {}, { enrollments: listOfItems(ofUser), course_staff: listOfItems(ofUser) }),
  },
);

/** How many items each section had. */
export const writtenCounts = mapOf(integer);

export const rosterErrors = object('RosterErrors', {
  errors: listOf(
    object<RosterError>('RosterError', {
      section: anyText,
      index: orNull(integer),
      field: orNull(anyText),
      message: anyText,
    }),
  ),
});
