import type { Settings } from '#configuration';
import { inPath } from '#domain';

const examInFrontEnd = (settings: Settings, courseId: string, contentId: string) =>
  `${settings.learningMicrofrontendUrl}/course/${inPath(courseId)}/${inPath(contentId)}`;

const jumpTo = (courseId: string, contentId: string) => `/courses/${inPath(courseId)}/jump_to/${inPath(contentId)}`;

/** Links for clients: without a host, except for the learning front end (rest-api.md §1.1). */
export const links = {
  attempts: '/api/edx_proctoring/v1/proctored_exam/attempt',

  attempt: (attemptId: number) => `/api/edx_proctoring/v1/proctored_exam/attempt/${attemptId}`,

  groupedAttempts: (courseId: string, search: string) =>
    `/api/edx_proctoring/v1/proctored_exam/attempt/grouped/course_id/${inPath(courseId)}${search && `/search/${inPath(search)}`}`,

  jumpTo,

  onboarding: (courseId: string, query: Record<string, string>) => {
    const given = Object.entries(query).filter(([, value]) => value !== '');
    return `/api/edx_proctoring/v1/user_onboarding/status/course_id/${inPath(courseId)}?${new URLSearchParams(given)}`;
  },

  progress: (courseId: string) => `/courses/${inPath(courseId)}/progress`,

  exam: (settings: Settings, courseId: string, contentId: string, isLearningMfe: boolean) =>
    isLearningMfe ? examInFrontEnd(settings, courseId, contentId) : jumpTo(courseId, contentId),

  /** The exam in the platform, with its host. */
  content: (settings: Settings, courseId: string, contentId: string) =>
    settings.learningMicrofrontendUrl
      ? examInFrontEnd(settings, courseId, contentId)
      : settings.lmsRootUrl + jumpTo(courseId, contentId),
};
