import type { Topic } from './topic.js';

/** An exam's grade that is overridden with nothing earned, and the end of that (domain.md §9.3). */
export const grades: Topic = {
  name: 'proctoring.grades.v1',
  publish: ({ event: { data } }, { userId, courseId, contentId }) =>
    ('effects' in data ? data.effects : []).flatMap((effect) => {
      if (effect.kind !== 'grade') return [];
      const subsection = { user_id: userId, course_id: courseId, content_id: contentId };
      if (effect.action === 'undo') return { type: 'org.proctoring.grade.override_undone.v1', data: subsection };
      const { overriddenBy, comment } = effect;
      return {
        type: 'org.proctoring.grade.overridden.v1',
        data: { ...subsection, earned_all: 0, earned_graded: 0, overrider: overriddenBy, comment },
      };
    }),
};
