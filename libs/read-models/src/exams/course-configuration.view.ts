import type { CourseConfigurationEvent } from '#domain';
import type { Projection, Row } from '../projection.js';

/** `dashboardEmail`: the address that staff set on the instructor dashboard, if the course has no provider of LTI proctoring. */
type ConfigurationRow = {
  provider: string | null;
  escalationEmail: string | null;
  dashboardEmail: string | null;
  dashboardEmailAt: string | null;
  createZendeskTickets: boolean | null;
  enableProctoredExams: boolean | null;
};

/** The id is the course's. */
export const courseConfigurationProjection: Projection = {
  table: 'course_configurations',
  fields: [
    'id',
    'provider',
    'escalationEmail',
    'dashboardEmail',
    'dashboardEmailAt',
    'createZendeskTickets',
    'enableProctoredExams',
  ],
  idOf: ({ type, data }) =>
    type === 'CourseExamsConfigured' || type === 'CourseSettingsChanged'
      ? (data as CourseConfigurationEvent['data']).courseId
      : undefined,
  evolve: (row: (Row & ConfigurationRow) | undefined, { type, data }: CourseConfigurationEvent) => {
    const { courseId: id } = data;
    if (type === 'CourseExamsConfigured')
      return { ...row, id, provider: data.provider, escalationEmail: data.escalationEmail };
    const { escalationEmail, courseId, by, at, ...flags } = data;
    const email = escalationEmail === undefined ? {} : { dashboardEmail: escalationEmail, dashboardEmailAt: at };
    return { ...row, id, ...email, ...flags };
  },
};
