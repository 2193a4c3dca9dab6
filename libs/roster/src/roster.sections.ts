import { oneOf } from '#shapes';
import {
  courseRole,
  type Field,
  flag,
  listOf,
  moment,
  namespace,
  optional,
  order,
  statuses,
  text,
  user,
  userId,
  words,
} from './roster.fields.js';

/** An item as it was read: its values by column, and where it stood. */
export type Item = Record<string, any> & { section: string; index: number };

export type Document = Record<string, Item[]>;

/** How the items of one section are read, and which rows they become. `key` names columns. */
export type Section = {
  fields: Record<string, Field>;
  table: string;
  key: string[];
  /** Columns that the table fills in and that a repeated item renews. */
  renewed?: string[];
};

const inCourse = { course_id: words };
const ofUser = { user, course_id: words };
const ofContent = { ...inCourse, content_id: words, user: optional(user, null) };
const contentKey = ['course_id', 'content_id', 'user_id'];
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
      full_name: { ...optional(text, null), value: kept('full_name', "''") },
      is_staff: { ...optional(flag, null), value: 'coalesce(item.is_staff, false)' },
      is_superuser: { ...optional(flag, null), value: 'coalesce(item.is_superuser, false)' },
      is_active: optional(flag, true),
      groups: { ...optional(listOf(words), null), value: kept('groups', "'{}'") },
    },
    table: 'users',
    key: ['id'],
  },
  courses: {
    fields: {
      ...inCourse,
      display_name: text,
      start: { ...optional(moment, null), column: 'starts_at' },
      end: { ...optional(moment, null), column: 'ends_at' },
      escalation_email: optional(text, null),
      override_grade_on_rejected: optional(flag, true),
    },
    table: 'courses',
    key: ['course_id'],
    renewed: ['told_at'],
  },
  enrollments: {
    fields: { ...ofUser, mode: words, is_active: optional(flag, true) },
    table: 'enrollments',
    key: ['user_id', 'course_id'],
    renewed: ['told_at'],
  },
  course_staff: {
    fields: { ...ofUser, role: optional(courseRole, 'staff') },
    table: 'course_staff',
    key: ['user_id', 'course_id', 'role'],
    renewed: ['is_active', 'told_at'],
  },
  credit_requirements: {
    fields: {
      ...inCourse,
      namespace,
      name: words,
      order,
      display_name: { ...optional(text, null), value: 'coalesce(item.display_name, item.name)' },
      statuses: optional(statuses, []),
    },
    table: 'credit_requirements',
    key: ['course_id', 'namespace', 'name'],
  },
  verified_names: {
    fields: { user, verified_name: words, status: words },
    table: 'verified_names',
    key: ['user_id', 'verified_name'],
    renewed: ['sent'],
  },
  dates: {
    fields: { ...ofContent, field: optional(oneOf('due'), 'due'), date: { ...optional(moment, null), column: 'due' } },
    table: 'dates',
    key: contentKey,
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
  },
};

/** The statuses inside `credit_requirements`. */
export const creditStatuses: Section = {
  fields: {
    ...ofUser,
    namespace,
    name: words,
    status: words,
    changed_at: { ...moment, value: 'decision_time(clock_timestamp())' },
  },
  table: 'credit_statuses',
  key: ['user_id', 'course_id', 'namespace', 'name'],
};

/** `removed` may hold these: keys of soft-deleted rows. They stay, with the time, for older facts to come too late. */
export const removable: Record<'enrollments' | 'course_staff', Section> = {
  enrollments: { ...sections.enrollments, fields: ofUser },
  course_staff: { ...sections.course_staff, fields: ofUser, key: ['user_id', 'course_id'] },
};
