import avsc, { type Schema, type Type } from 'avsc';
import { courseRoles, type Identity, type RosterUpdate } from '#roster';

/** A message of the event bus about a person or a course. */
export type BusUpdate = RosterUpdate | { of: 'retirement'; userId: number };

/** Reads the fields that we need of one event type. `updateOf` answers undefined when the event does not concern us. */
type Reader = { type: Type; updateOf: (data: any) => BusUpdate | undefined };

const maybeText = ['null', 'string'];
const record = (name: string, fields: { [name: string]: Schema }, aliases: string[] = []) => ({
  type: 'record' as const,
  name,
  aliases,
  fields: Object.entries(fields).map(([name, type]) =>
    type === maybeText ? { name, type, default: null } : { name, type },
  ),
});
const reader = (fields: { [name: string]: Schema }, updateOf: Reader['updateOf']): Reader => ({
  type: avsc.Type.forSchema(record('CloudEvent', fields)),
  updateOf,
});

const pii = record('UserPersonalData', { username: 'string', email: 'string', name: 'string' });
const user = record('UserData', { id: 'long', is_active: 'boolean', pii });
const identityOf = ({ id, is_active, pii }: any): Identity => ({
  id,
  isActive: is_active,
  username: pii.username,
  email: pii.email,
  fullName: pii.name,
});

const course = record('CourseData', { course_key: 'string' });
const enrollment = (isOver = false) =>
  reader(
    { enrollment: record('CourseEnrollmentData', { user, course, mode: 'string', is_active: 'boolean' }) },
    ({ enrollment: { user, course, mode, is_active } }) => ({
      of: 'enrollment',
      user: identityOf(user),
      courseId: course.course_key,
      mode,
      isActive: is_active && !isOver,
    }),
  );

const courseRole = (isActive: boolean) =>
  reader(
    { course_access_role_data: record('CourseAccessRoleData', { user, course_key: 'string', role: 'string' }) },
    ({ course_access_role_data: { user, course_key: courseId, role } }) =>
      courseRoles.includes(role) ? { of: 'course role', user: identityOf(user), courseId, role, isActive } : undefined,
  );

const schedule_data = record('CourseScheduleData', { start: 'string', end: maybeText });
const catalogInfo = reader(
  { catalog_info: record('CourseCatalogData', { course_key: 'string', name: 'string', schedule_data }) },
  ({ catalog_info: { course_key, name, schedule_data } }) => ({
    of: 'course',
    courseId: course_key,
    displayName: name,
    startsAt: schedule_data.start,
    endsAt: schedule_data.end,
  }),
);

/** openedx-events has no event of retirement. An LMS that sends one must use this type. */
const retirement = reader(
  { user: record('UserNonPersonalData', { id: 'long' }, ['UserData']) },
  ({ user: { id } }) => ({ of: 'retirement', userId: id }),
);

/** The readers of the events that concern us, by event type. */
export const updateReaders: { [type: string]: Reader | undefined } = {
  'org.openedx.learning.course.enrollment.created.v1': enrollment(),
  'org.openedx.learning.course.enrollment.changed.v1': enrollment(),
  'org.openedx.learning.course.unenrollment.completed.v1': enrollment(true),
  'org.openedx.learning.user.course_access_role.added.v1': courseRole(true),
  'org.openedx.learning.user.course_access_role.removed.v1': courseRole(false),
  'org.openedx.learning.user.retirement.completed.v1': retirement,
  'org.openedx.content_authoring.course.catalog_info.changed.v1': catalogInfo,
};
