import type { CourseConfigurationEvent } from '#domain';
import type { Projection } from '../projection.js';

/** The id is the course's. */
export const courseConfigurationProjection: Projection = {
  table: 'course_configurations',
  fields: ['id', 'provider', 'escalationEmail'],
  idOf: ({ type, data }) =>
    type === 'CourseExamsConfigured' ? (data as CourseConfigurationEvent['data']).courseId : undefined,
  evolve: (_, { data: { courseId, provider, escalationEmail } }: CourseConfigurationEvent) => ({
    id: courseId,
    provider,
    escalationEmail,
  }),
};
