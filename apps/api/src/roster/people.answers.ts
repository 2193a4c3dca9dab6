import { flag, integer, listOf, object, orNull, text } from '../document/schemas.js';

export const currentUser = object('CurrentUser', {
  user_id: integer,
  username: text,
  name: text,
  is_global_staff: { ...flag, description: 'Staff of every course, and of the service' },
  is_superuser: flag,
  is_course_staff: { ...flag, description: 'Staff of one course or more' },
  is_auditor: { ...flag, description: 'May read the log of every course' },
});

export const courseList = object('VisibleCourses', {
  courses: listOf(object('VisibleCourse', { course_id: text, name: orNull(text) })),
  more: { ...flag, description: 'There are more. A search finds them' },
});
