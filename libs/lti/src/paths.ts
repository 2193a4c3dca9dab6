/** The paths that tools and browsers use (edx-exams.md §8.1). */
export const ltiPaths = {
  launch: '/lti/lti_consumer/v1/launch/',
  startAssessment: '/lti/lti_consumer/v1/start_proctoring_assessment',
  token: (uuid: string) => `/lti/lti_consumer/v1/token/${uuid}`,
  control: (toolId: number) => `/lti/${toolId}/acs`,
  roster: (generationId: number) => `/lti/exam/${generationId}/instructor_tool/roster`,
  examShell: (attemptId: number) => `/lti/exam_shell/${attemptId}`,
};
