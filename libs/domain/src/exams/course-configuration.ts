import type { Decider } from '../decider.js';
import type { Event } from '../event.js';

// The log keeps these names and shapes for ever. Add an optional field, or a new event; never rename.
export type CourseConfigurationEvent =
  /** A course chose the provider of its exams, and its address for learners' questions (edx-exams.md §5.2). */
  | Event<
      'CourseExamsConfigured',
      { courseId: string; provider: string | null; escalationEmail: string | null; by: number; at: string }
    >
  /** Staff changed settings on the instructor dashboard (instructor-v2.md §3, I-8). Absent fields are as before. */
  | Event<'CourseSettingsChanged', { courseId: string; by: number; at: string } & CourseSettings>;

export type CourseSettings = {
  escalationEmail?: string;
  createZendeskTickets?: boolean;
  enableProctoredExams?: boolean;
};

type DataOf<Type extends CourseConfigurationEvent['type']> = Extract<CourseConfigurationEvent, { type: Type }>['data'];

export type ConfigureCourseExams = { type: 'ConfigureCourseExams'; data: DataOf<'CourseExamsConfigured'> };
export type ChangeCourseSettings = { type: 'ChangeCourseSettings'; data: DataOf<'CourseSettingsChanged'> };

export type CourseConfiguration =
  | (Pick<DataOf<'CourseExamsConfigured'>, 'courseId' | 'provider' | 'escalationEmail'> &
      Pick<CourseSettings, 'createZendeskTickets' | 'enableProctoredExams'>)
  | null;

export const courseConfiguration: Decider<
  CourseConfiguration,
  ConfigureCourseExams | ChangeCourseSettings,
  CourseConfigurationEvent
> = {
  initial: null,
  decide: {
    ConfigureCourseExams: (before, { data }) =>
      before && before.provider === data.provider && before.escalationEmail === data.escalationEmail
        ? []
        : [{ type: 'CourseExamsConfigured', data }],

    ChangeCourseSettings: (before, { data: { courseId, by, at, escalationEmail, ...flags } }) => {
      const provider = before?.provider ?? null;
      // With a provider of LTI proctoring, the address is that of the configuration.
      const isConfigured = provider !== null && escalationEmail !== undefined;
      const configured: CourseConfigurationEvent[] =
        isConfigured && before?.escalationEmail !== escalationEmail
          ? [{ type: 'CourseExamsConfigured', data: { courseId, provider, escalationEmail, by, at } }]
          : [];
      const changed = Object.entries(flags).filter(([name, value]) => before?.[name as keyof typeof flags] !== value);
      // The LMS may have sent another address meanwhile, so the same address is a change, too.
      const settings = {
        ...(escalationEmail !== undefined && !isConfigured && { escalationEmail }),
        ...Object.fromEntries(changed),
      };
      if (Object.keys(settings).length === 0) return configured;
      return [...configured, { type: 'CourseSettingsChanged', data: { courseId, by, at, ...settings } }];
    },
  },
  evolve: {
    CourseExamsConfigured: (before, { data: { courseId, provider, escalationEmail } }) => ({
      ...before,
      courseId,
      provider,
      escalationEmail,
    }),

    CourseSettingsChanged: (before, { data: { courseId, by, at, escalationEmail, ...flags } }) => ({
      ...(before ?? { courseId, provider: null, escalationEmail: null }),
      ...flags,
    }),
  },
};
