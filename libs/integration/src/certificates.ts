import { effectsIn, type Topic } from './topic.js';

/** Invalidates a certificate when an attempt is rejected (domain.md §9.3). */
export const certificates: Topic = {
  name: 'proctoring.certificates.v1',
  publish: ({ event }, { userId, courseId }) =>
    effectsIn(event, 'certificate').map(() => ({
      type: 'org.proctoring.certificate.invalidated.v1',
      data: { user_id: userId, course_id: courseId },
    })),
};
