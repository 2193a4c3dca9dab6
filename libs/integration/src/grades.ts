import { effectsIn, type Topic } from './topic.js';

/** Overrides an exam's grade with 0, and undoes that (domain.md §9.3). */
export const grades: Topic = {
  name: 'proctoring.grades.v1',
  publish: ({ event }, { userId, courseId, contentId }) =>
    effectsIn(event, 'grade').map((effect) => {
      const subsection = { user_id: userId, course_id: courseId, content_id: contentId };
      if (effect.action === 'undo') return { type: 'org.proctoring.grade.override_undone.v1', data: subsection };
      const { overriddenBy, comment } = effect;
      return {
        type: 'org.proctoring.grade.overridden.v1',
        data: { ...subsection, earned_all: 0, earned_graded: 0, overrider: overriddenBy, comment },
      };
    }),
};
