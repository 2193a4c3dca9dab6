import { effectsIn, type Topic } from './topic.js';

/** Each status, for the service that keeps verified names (domain.md §9.8). It looks names up by the user's id. */
export const verifiedNames: Topic = {
  name: 'proctoring.verified-names.v1',
  publish: ({ event, after }, { userId, courseId }) =>
    effectsIn(event, 'status_signal').map(({ isPracticeExam, supportsOnboarding }) => ({
      type: 'org.proctoring.verified_name.attempt_status.v1',
      data: {
        attempt_id: event.data.attemptId,
        user_id: userId,
        course_id: courseId,
        status: after!.status,
        is_practice_exam: isPracticeExam,
        is_proctored: after!.takingAsProctored,
        backend_supports_onboarding: supportsOnboarding,
      },
    })),
};
