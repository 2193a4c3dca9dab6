import type { Topic } from './topic.js';

/** What becomes of the credit requirement that an exam is (domain.md §9.2). */
export const credit: Topic = {
  name: 'proctoring.credit.v1',
  publish: ({ event: { data } }, { userId, courseId, contentId }) =>
    ('effects' in data ? data.effects : []).flatMap((effect) =>
      effect.kind !== 'credit'
        ? []
        : {
            type: `org.proctoring.credit.${effect.status}.v1`,
            data: {
              user_id: userId,
              course_id: courseId,
              namespace: 'proctored_exam',
              name: contentId,
              status: effect.status,
            },
          },
    ),
};
