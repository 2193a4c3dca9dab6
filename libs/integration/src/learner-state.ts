import { effectsIn, type Topic } from './topic.js';

/** The learner's state in an exam: complete after the submission, reset when the attempt is removed (domain.md §2.10, §9.4). */
export const learnerState: Topic = {
  name: 'proctoring.learner-state.v1',
  publish: ({ event }, { userId, courseId, contentId }) =>
    effectsIn(event, 'learner_state').map(({ action }) => {
      const subsection = { user_id: userId, course_id: courseId, content_id: contentId };
      if (action === 'complete') return { type: 'org.proctoring.learner_state.completed.v1', data: subsection };
      const { actor } = event.metadata;
      const requested_by = actor.kind === 'user' ? actor.userId : null;
      return { type: 'org.proctoring.learner_state.reset.v1', data: { ...subsection, requested_by } };
    }),
};
