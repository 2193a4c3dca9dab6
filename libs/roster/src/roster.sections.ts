import {
  courseRoles,
  flag,
  listOf,
  moment,
  namespace,
  oneOf,
  optional,
  order,
  type Read,
  statuses,
  text,
  user,
  userId,
  words,
} from './roster.fields.js';

/** An item as it was read: its fields, and where it stood. */
export type Item = Record<string, any> & { section: string; index: number };

export type Document = Record<string, Item[]>;

/** How the items of one section are read, and which rows they become. */
export type Section = {
  fields: Record<string, Read>;
  table: string;
  key: string[];
  /** Column: its SQL type. The values are the fields of the same names; `user_id` is the resolved `user`. */
  columns: Record<string, string>;
  /** Column: its value, in SQL over `item` (the new row) and `known` (the old one). */
  values?: Record<string, string>;
  /** Columns that the table fills in and that a repeated item renews. */
  renewed?: string[];
};

const inCourse = { course_id: words };
const ofUser = { user, course_id: words };
const ofContent = { ...inCourse, content_id: words, user: optional(user, null) };
const contentKey = ['course_id', 'content_id', 'user_id'];
const contentColumns = { course_id: 'text', content_id: 'text', user_id: 'bigint', due: 'timestamptz' };
const kept = (column: string, otherwise: string) => `coalesce(item.${column}, known.${column}, ${otherwise})`;

export type SectionName =
  | 'users'
  | 'courses'
  | 'enrollments'
  | 'course_staff'
  | 'credit_requirements'
  | 'verified_names'
  | 'dates'
  | 'schedules';

/** The sections in the order in which they are written. An absent optional field gets its default, unless it is `kept`. */
export const sections: Record<SectionName, Section> = {
  users: {
    fields: {
      id: userId,
      username: words,
      email: text,
      full_name: optional(text, null),
      is_staff: optional(flag, null),
      is_superuser: optional(flag, null),
      is_active: optional(flag, true),
      groups: optional(listOf(words), null),
    },
    table: 'users',
    key: ['id'],
    columns: {
      id: 'bigint',
      username: 'text',
      email: 'text',
      full_name: 'text',
      is_staff: 'boolean',
      is_superuser: 'boolean',
      is_active: 'boolean',
      groups: 'text[]',
    },
    values: {
      full_name: kept('full_name', "''"),
      groups: kept('groups', "'{}'"),
      is_staff: 'coalesce(item.is_staff, false)',
      is_superuser: 'coalesce(item.is_superuser, false)',
    },
  },
  courses: {
    fields: {
      ...inCourse,
      display_name: text,
      start: optional(moment, null),
      end: optional(moment, null),
      escalation_email: optional(text, null),
      override_grade_on_rejected: optional(flag, true),
    },
    table: 'courses',
    key: ['course_id'],
    columns: {
      course_id: 'text',
      display_name: 'text',
      starts_at: 'timestamptz',
      ends_at: 'timestamptz',
      escalation_email: 'text',
      override_grade_on_rejected: 'boolean',
    },
    renewed: ['told_at'],
  },
  enrollments: {
    fields: { ...ofUser, mode: words, is_active: optional(flag, true) },
    table: 'enrollments',
    key: ['user_id', 'course_id'],
    columns: { user_id: 'bigint', course_id: 'text', mode: 'text', is_active: 'boolean' },
    renewed: ['told_at'],
  },
  course_staff: {
    fields: { ...ofUser, role: optional(oneOf(...courseRoles), 'staff') },
    table: 'course_staff',
    key: ['user_id', 'course_id', 'role'],
    columns: { user_id: 'bigint', course_id: 'text', role: 'text' },
    renewed: ['is_active', 'told_at'],
  },
  credit_requirements: {
    fields: {
      ...inCourse,
      namespace,
      name: words,
      order,
      display_name: optional(text, null),
      statuses: optional(statuses, []),
    },
    table: 'credit_requirements',
    key: ['course_id', 'namespace', 'name'],
    columns: { course_id: 'text', namespace: 'text', name: 'text', order: 'integer', display_name: 'text' },
    values: { display_name: 'coalesce(item.display_name, item.name)' },
  },
  verified_names: {
    fields: { user, verified_name: words, status: words },
    table: 'verified_names',
    key: ['user_id', 'verified_name'],
    columns: { user_id: 'bigint', verified_name: 'text', status: 'text' },
    renewed: ['sent'],
  },
  dates: {
    fields: { ...ofContent, field: optional(oneOf('due'), 'due'), date: optional(moment, null) },
    table: 'dates',
    key: contentKey,
    columns: contentColumns,
  },
  schedules: {
    fields: {
      ...ofContent,
      effective_start: optional(moment, null),
      due: optional(moment, null),
      accessible: optional(flag, null),
      scheduled: optional(flag, true),
    },
    table: 'schedules',
    key: contentKey,
    columns: { ...contentColumns, effective_start: 'timestamptz', accessible: 'boolean', scheduled: 'boolean' },
  },
};

/** The statuses inside `credit_requirements`. */
export const creditStatuses: Section = {
  fields: {},
  table: 'credit_statuses',
  key: ['user_id', 'course_id', 'namespace', 'name'],
  columns: {
    user_id: 'bigint',
    course_id: 'text',
    namespace: 'text',
    name: 'text',
    status: 'text',
    changed_at: 'timestamptz',
  },
  values: { changed_at: 'decision_time(clock_timestamp())' },
};

/** `removed` may hold these: keys of soft-deleted rows. They stay, with the time, for older facts to come too late. */
export const removable: Record<'enrollments' | 'course_staff', Section> = {
  enrollments: { ...sections.enrollments, fields: ofUser },
  course_staff: { ...sections.course_staff, fields: ofUser, key: ['user_id', 'course_id'] },
};
