import type { Effect as Decided } from '../../libs/domain/src/index.js';
import type { RecordedEvent } from '../../libs/event-store/src/index.js';
import type { Effect } from './effects.js';

/** The effect of a message, if the reference has such an effect, too. */
export function effectOf(topic: string, headers: Record<string, string>, data: any): Effect | undefined {
  const at = Date.parse(headers.ce_time);
  const { user_id: learner, course_id, content_id } = data;
  const word = headers.ce_type.split('.').at(-2)!;
  const effect = (name: Effect['topic'], says: Effect['says'], attempt?: number): Effect => ({
    topic: name,
    learner,
    at,
    says,
    ...(attempt !== undefined && { attempt }),
  });
  switch (topic) {
    case 'proctoring.credit.v1':
      return effect('credit', { course_id, namespace: data.namespace, content_id: data.name, status: data.status });
    case 'proctoring.grades.v1': {
      const { earned_all, earned_graded, overrider, comment } = data;
      const override = word === 'overridden' ? { earned_all, earned_graded, overrider, comment } : {};
      return effect('grades', { course_id, content_id, ...override });
    }
    case 'proctoring.certificates.v1':
      return effect('certificates', { course_id });
    case 'proctoring.learner-state.v1':
      return effect('learner-state', {
        content_id,
        is: word,
        ...(word === 'reset' && { requested_by: data.requested_by }),
      });
    case 'proctoring.verified-names.v1': {
      const { status, is_practice_exam, is_proctored, backend_supports_onboarding } = data;
      return effect(
        'verified-names',
        { status, is_practice_exam, is_proctored, backend_supports_onboarding },
        data.attempt_id,
      );
    }
    case 'proctoring.attempts.v1':
      if (['ready_to_resume', 'resumed', 'onboarding_reset'].includes(word)) return undefined;
      if (data.because === 'onboarding_completed') return undefined; // the reference removes these attempts without an event
      return effect(
        'attempts',
        {
          status: word,
          started: Date.parse(data.started_at),
          completed: Date.parse(data.completed_at),
          minutes: data.allowed_time_limit_mins,
          ...(word === 'removed' && { content_id }),
        },
        word === 'removed' ? undefined : data.attempt_id,
      );
    default:
      throw new Error(`The comparison does not know the topic ${topic}.`);
  }
}

/** Effects that are read from events, because no worker that would send mail runs here. */
export function effectsOf({ data, metadata }: RecordedEvent): Effect[] {
  const { effects = [], at } = data as { effects?: Decided[]; at: string };
  return effects.flatMap((effect): Effect[] => {
    const common = { learner: metadata.userId!, at: Date.parse(at) };
    if (effect.kind === 'mail') return [{ topic: 'mail', ...common, says: { about: effect.template } }];
    if (effect.kind === 'support_notice')
      return [{ topic: 'support', ...common, says: { course_id: metadata.courseId, about: 'Suspicious' } }];
    return [];
  });
}
