import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type Shape, unwrap } from '../../api/client.js';
import { courseAddress, useCourse } from '../../shell/course.js';

export type Attempt = Shape<'Attempt'>;
export type Details = Shape<'AttemptDetails'>;
export type Action = Shape<'StaffAction'>;
export type ActionName = Action['action'];

/** The learner may lose the attempt by it. */
export const isDangerous = (action: ActionName) => ['reject', 'remove', 'remove_all'].includes(action);

export const useAddresses = () => {
  const list = courseAddress(useCourse(), 'attempts');
  return { list, appeals: `${list}/appeals`, attempt: (id: number) => `${list}/${id}` };
};

export const useDetails = (attemptId: number) =>
  useQuery({
    queryKey: ['attempts', 'details', attemptId],
    queryFn: () => unwrap(api.GET('/api/exams/v1/attempts/{attemptId}', { params: { path: { attemptId } } })),
  });

/** Does an action of staff. `reason` is for those whose reason the learner reads. */
async function act({ attempt }: Details, action: ActionName, reason: string): Promise<unknown> {
  const byId = { params: { path: { attemptId: attempt.id } } };
  switch (action) {
    case 'mark_ready_to_resume': {
      const body = { action, user_id: attempt.user.id };
      return unwrap(api.PUT('/api/edx_proctoring/v1/proctored_exam/attempt/{attemptId}', { ...byId, body }));
    }
    case 'verify':
      return unwrap(api.POST('/api/exams/v1/attempts/{attemptId}/verify', { ...byId, body: { reason } }));
    case 'reject':
      return unwrap(api.POST('/api/exams/v1/attempts/{attemptId}/reject', { ...byId, body: { reason } }));
    case 'uphold_appeal':
    case 'dismiss_appeal': {
      const body = { upheld: action === 'uphold_appeal', reason };
      return unwrap(api.POST('/api/exams/v1/attempts/{attemptId}/appeal/answer', { ...byId, body }));
    }
    case 'remove':
      return unwrap(api.DELETE('/api/edx_proctoring/v1/proctored_exam/attempt/{attemptId}', byId));
    case 'remove_all': {
      const path = { examId: attempt.proctored_exam.id, userId: attempt.user.id };
      return unwrap(
        api.DELETE('/api/edx_proctoring/v1/proctored_exam/exam_id/{examId}/user_id/{userId}/reset_attempts', {
          params: { path },
        }),
      );
    }
  }
}

export function useAct(details: Details, done: (action: ActionName) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ action, reason }: { action: ActionName; reason: string }) => act(details, action, reason),
    onSuccess: (_, { action }) => {
      done(action);
      const isGone = action === 'remove' || action === 'remove_all';
      if (isGone) queries.removeQueries({ queryKey: ['attempts', 'details', details.attempt.id] });
      return queries.invalidateQueries({ queryKey: ['attempts'] });
    },
    // Somebody else may have acted since the page was loaded.
    onError: () => queries.invalidateQueries({ queryKey: ['attempts'] }),
  });
}
