import { oneOf } from '#shapes';
import {
  courseRole,
  type Field,
  flag,
  listOf,
  moment,
  namespace,
  nonEmptyText,
  optional,
  order,
  statuses,
  text,
  user,
  userId,
} from './roster.fields.js';

/** An item: its values by column, and its place in the document. */
export type Item = Record<string, any> & { section: string; index: number };

export type Document = Record<string, Item[]>;

/** The fields of the items of a section, and the table of their rows. `key` names columns. */
export type Section = {
  fields: Record<string, Field>;
  table: string;
  key: string[];
  /** Columns that get the table's default again when an item is repeated. */
  renewed?: string[];
};

const inCourse = { course_id: nonEmptyText };
const ofUser = { user, course_id: nonEmptyText };
const ofContent = { ...inCourse, content_id: nonEmptyText, user: optional(user, null) };
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
      username: nonEmptyText,
      email: text,
      full_name: { ...optional(text, null), value: kept('full_name', "''") },
      is_staff: { ...optional(flag, null), value: 'coalesce(item.is_staff, false)' },
      is_superuser: { ...optional(flag, null), value: 'coalesce(item.is_superuser, false)' },
      is_active: optional(flag, true),
      groups: { ...optional(listOf(nonEmptyText), null), value: kept('groups', "'{}'") },
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
      second_person_for_rejection: {
        ...optional(flag, null),
        value: kept('second_person_for_rejection', 'false'),
      },
    },
    table: 'courses',
    key: ['course_id'],
    renewed: ['told_at'],
  },
  enrollments: {
    fields: { ...ofUser, mode: nonEmptyText, is_active: optional(flag, true) },
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
      name: nonEmptyText,
      order,
      display_name: { ...optional(text, null), value: 'coalesce(item.display_name, item.name)' },
      statuses: optional(statuses, []),
    },
    table: 'credit_requirements',
    key: ['course_id', 'namespace', 'name'],
  },
  verified_names: {
    fields: { user, verified_name: nonEmptyText, status: nonEmptyText },
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
    name: nonEmptyText,
    status: nonEmptyText,
    changed_at: { ...moment, value: 'decision_time(clock_timestamp())' },
  },
  table: 'credit_statuses',
  key: ['user_id', 'course_id', 'namespace', 'name'],
};

/** The sections of `removed`. A removed row stays with its time, so that older updates that arrive later lose. */
export const removable: Record<'enrollments' | 'course_staff', Section> = {
  enrollments: { ...sections.enrollments, fields: ofUser },
  course_staff: { ...sections.course_staff, fields: ofUser, key: ['user_id', 'course_id'] },
};
