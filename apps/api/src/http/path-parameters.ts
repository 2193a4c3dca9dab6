import { isLongerThan, limits } from '#domain';
import type { Schema } from '#shapes';
import { refused } from './http-answer.js';

/** A path with a text that is not `isFit` is not found. */
type PathParameter = { schema: Schema; description?: string; isFit?: (text: string) => boolean };

/** The reference's pattern of a course id. */
export const course = '[^/+]+[/+][^/+]+[/+][^/?]+';
/** Keys of courses that are not on the platform. Only edx-exams takes them (edx-exams.md §1.1). */
export const externalCourse = '[\\w:-]+';
const courseIdPattern = `^${course}$`;
/** The pattern of the reference, and usage keys, which name their kind before a colon. */
const contentIdPattern = '^([A-z0-9]+|[-A-z0-9]+:.+)$';

const matches = (pattern: RegExp) => (text: string) => pattern.test(text);
const name = { type: 'string', maxLength: limits.name };
const slug = { ...name, pattern: '^[-a-zA-Z0-9_]+$' };
const id = { schema: { type: 'integer', minimum: 0, maximum: limits.id }, isFit: matches(/^[0-9]+$/) };

/** The parameters of paths by name: how the document describes them, and which texts fit. */
export const pathParameters: Record<string, PathParameter> = {
  allowanceId: id,
  attemptId: id,
  callbackId: id,
  examId: id,
  userId: id,
  eventId: {
    schema: { type: 'string', format: 'uuid', maxLength: 36 },
    isFit: matches(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i),
  },
  externalId: { schema: slug, description: "The provider's id of an attempt" },
  attemptCode: { schema: slug },
  toolId: id,
  toolUuid: { schema: { ...name, format: 'uuid' } },
  secret: { schema: name },
  username: { schema: name },
  courseId: {
    schema: { ...name, pattern: courseIdPattern },
    description: 'course-v1:Org+Course+Run',
    isFit: matches(new RegExp(courseIdPattern, 's')),
  },
  contentId: {
    schema: { ...name, pattern: contentIdPattern },
    description: 'A usage key',
    isFit: matches(new RegExp(contentIdPattern, 's')),
  },
  tree: { schema: { type: 'integer', minimum: 1, maximum: limits.id }, isFit: matches(/^[0-9]+$/) },
  level: { schema: { type: 'integer', minimum: 0, maximum: 9 } },
  tile: {
    schema: { ...name, pattern: '^(x[0-9]{3}/)*[0-9]{3}(\\.p/[0-9]{1,3})?$' },
    description: "The tile's index as C2SP tlog-tiles writes it",
  },
  text: {
    schema: { ...name, minLength: 1 },
    description: 'A part of a user name or e-mail address',
    // A search text has one line.
    isFit: (text) => !text.includes('\n'),
  },
};

/** Refuses a path with a parameter that does not fit or is too long. */
export function checkParameters(parameters: Record<string, string | undefined>, takesExternalCourses = false) {
  refuseLong(parameters, limits.name);
  for (const [parameter, text] of Object.entries(parameters)) {
    const isExternal = takesExternalCourses && parameter === 'courseId' && isExternalCourse(text ?? '');
    if (text !== undefined && !isExternal && pathParameters[parameter]?.isFit?.(text) === false)
      throw refused(404, 'Not found.');
  }
}

const isExternalCourse = matches(new RegExp(`^${externalCourse}$`));

/** Refuses parameters that are too long to be stored. */
export function refuseLong(parameters: Record<string, string | undefined>, most: number) {
  for (const [name, text = ''] of Object.entries(parameters))
    if (isLongerThan(most, text)) throw refused(400, `${name}: Ensure this field has no more than ${most} characters.`);
}
