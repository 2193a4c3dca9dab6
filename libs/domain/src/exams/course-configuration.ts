import type { Decider } from '../decider.js';
import type { Event } from '../event.js';

// The log keeps this name and shape for ever. Add an optional field, or a new event; never rename.
/** A course chose the provider of its exams, and its address for learners' questions (edx-exams.md §5.2). */
export type CourseConfigurationEvent = Event<
  'CourseExamsConfigured',
  { courseId: string; provider: string | null; escalationEmail: string | null; by: number; at: string }
>;

export type ConfigureCourseExams = { type: 'ConfigureCourseExams'; data: CourseConfigurationEvent['data'] };

export type CourseConfiguration = Pick<
  CourseConfigurationEvent['data'],
  'courseId' | 'provider' | 'escalationEmail'
> | null;

export const courseConfiguration: Decider<CourseConfiguration, ConfigureCourseExams, CourseConfigurationEvent> = {
  initial: null,
  decide: {
    ConfigureCourseExams: (before, { data }) =>
      before && before.provider === data.provider && before.escalationEmail === data.escalationEmail
        ? []
        : [{ type: 'CourseExamsConfigured', data }],
  },
  evolve: {
    CourseExamsConfigured: (_, { data: { courseId, provider, escalationEmail } }) => ({
      courseId,
      provider,
      escalationEmail,
    }),
  },
};
