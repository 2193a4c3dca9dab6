import { effectsIn, type Topic } from './topic.js';

/** A certificate that no longer counts, because an attempt was rejected (domain.md §9.3). */
export const certificates: Topic = {
  name: 'proctoring.certificates.v1',
  publish: ({ event }, { userId, courseId }) =>
    effectsIn(event, 'certificate').map(() => ({
      type: 'org.proctoring.certificate.invalidated.v1',
      data: { user_id: userId, course_id: courseId },
    })),
};
