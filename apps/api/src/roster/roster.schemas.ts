import { limits } from '#domain';
import { type Identity, type RosterError, removable, type Section, sections } from '#roster';
import type { Schema } from '#shapes';
import { integer, listOf, mapOf, object, orNull, text } from '../document/schemas.js';
import { pagedList } from '../http/page.js';

const mapped = <T>(of: Record<string, T>, schemaOf: (each: T) => Schema) =>
  Object.fromEntries(Object.entries(of).map(([name, each]) => [name, schemaOf(each)]));

/** Items may have other fields, which do not count. */
const listOfItems = ({ fields }: Section): Schema => ({
  type: 'array',
  items: {
    type: 'object',
    properties: mapped(fields, ({ schema, isOptional }) => (isOptional ? orNull(schema) : schema)),
    required: Object.keys(fields).filter((name) => !fields[name]!.isOptional),
    additionalProperties: true,
  },
  maxItems: limits.rosterItems,
});

/** The roster as the LMS sends it. */
export const rosterSchema = object(
  'Roster',
  {},
  { ...mapped(sections, listOfItems), removed: object('RemovedFromRoster', {}, mapped(removable, listOfItems)) },
);

/** A person as course staff see them. */
export const learnerJson = ({ id, username, email, fullName }: Omit<Identity, 'isActive'>) => ({
  id,
  username,
  email,
  full_name: fullName,
});

export const learnerSchema = object<ReturnType<typeof learnerJson>>('Learner', {
  id: integer,
  username: text,
  email: text,
  full_name: text,
});

export const learnersPage = pagedList(
  'LearnersPage',
  object('EnrolledLearner', { learner: learnerSchema, enrollment_mode: text }),
);

/** How many items each section had. */
export const writtenCounts = mapOf(integer);

export const rosterErrors = object('RosterErrors', {
  errors: listOf(
    object<RosterError>('RosterError', {
      section: text,
      index: orNull(integer),
      field: orNull(text),
      message: text,
    }),
  ),
});
