import { effectsIn, type Topic } from './topic.js';

/** Each status of the credit requirement that an exam fulfils (domain.md §9.2). */
export const credit: Topic = {
  name: 'proctoring.credit.v1',
  publish: ({ event }, { userId, courseId, contentId }) =>
    effectsIn(event, 'credit').map(({ status }) => ({
      type: `org.proctoring.credit.${status}.v1`,
      data: { user_id: userId, course_id: courseId, namespace: 'proctored_exam', name: contentId, status },
    })),
};
