import type { Settings } from '#configuration';

/** Where clients find things: always without a host, but for the learning front end (rest-api.md §1.1). */
export const links = {
  attempt: (attemptId: number) => `/api/edx_proctoring/v1/proctored_exam/attempt/${attemptId}`,

  exam: (settings: Settings, courseId: string, contentId: string, isLearningMfe: boolean) =>
    isLearningMfe
      ? `${settings.learningMicrofrontendUrl}/course/${courseId}/${contentId}`
      : `/courses/${courseId}/jump_to/${contentId}`,
};
