import type { Effect } from './effects.js';

/** A call of the reference to the platform, as `/_oracle/effects` lists it. */
export type Entry = { at: string; kind: string; name: string; args: any };

/** The effect of a call, if it is compared. */
export function effectOf({ at, kind, name, args }: Entry, idOf: (username: string) => number): Effect[] {
  const effect = (topic: Effect['topic'], learner: number, says: Effect['says'], attempt?: number): Effect[] => [
    { topic, learner, at: Date.parse(at), says, ...(attempt !== undefined && { attempt }) },
  ];
  const whole =
    kind === 'event' && /^edx\.special_exam\.\w+\.attempt\./.test(name) ? 'attempt event' : `${kind} ${name}`;
  switch (whole) {
    case 'service credit.set_credit_requirement_status':
    case 'service credit.remove_credit_requirement_status':
      return effect('credit', args.user_id, {
        course_id: args.course_key_or_id,
        namespace: args.req_namespace,
        content_id: args.req_name,
        status: args.status ?? 'removed',
      });
    case 'service grades.override_subsection_grade':
      return effect('grades', args.user_id, {
        course_id: args.course_key_or_id,
        content_id: args.usage_key_or_id,
        earned_all: args.earned_all,
        earned_graded: args.earned_graded,
        overrider: args.overrider && idOf(args.overrider.$user),
        comment: args.comment,
      });
    case 'service grades.undo_override_subsection_grade':
      return effect('grades', args.user_id, { course_id: args.course_key_or_id, content_id: args.usage_key_or_id });
    case 'service certificates.invalidate_certificate':
      return effect('certificates', args.user_id, { course_id: args.course_key_or_id });
    case 'service instructor.complete_student_attempt':
      return effect('learner-state', idOf(args.user_identifier), { content_id: args.content_id, is: 'completed' });
    case 'service instructor.delete_student_attempt':
      return effect('learner-state', idOf(args.student_identifier), {
        content_id: args.content_id,
        is: 'reset',
        requested_by: idOf(args.requesting_user.$user),
      });
    case 'service instructor.send_support_notification':
      return effect('support', idOf(args.student_username), { course_id: args.course_id, about: args.review_status });
    case 'signal exam_attempt_status_signal': {
      const { attempt_id, user_id, status, is_practice_exam, is_proctored, backend_supports_onboarding } = args;
      const says = { status, is_practice_exam, is_proctored, backend_supports_onboarding };
      return effect('verified-names', user_id, says, attempt_id);
    }
    case 'email send':
      return effect('mail', idOf(args.to[0].split('@')[0]), { about: mails[/(\w+)\.html$/.exec(args.template)![1]] });
    case 'attempt event':
      return attemptEvent(name.split('.').at(-1)!, args.data, effect);
    default:
      return [];
  }
}

const mails: Record<string, string> = {
  proctoring_attempt_submitted_email: 'submitted',
  proctoring_attempt_satisfactory_email: 'verified',
  proctoring_attempt_unsatisfactory_email: 'rejected',
};

type Make = (topic: Effect['topic'], learner: number, says: Effect['says'], attempt?: number) => Effect[];

/** The reference's events are for analytics. Those about a status correspond to the service's topic of attempts. */
function attemptEvent(verb: string, data: any, effect: Make): Effect[] {
  if (['review_received', 'reset_practice_exam'].includes(verb) || verb.includes('presented')) return [];
  const says = {
    status: verb === 'deleted' ? 'removed' : verb,
    started: Date.parse(data.attempt_started_at),
    completed: Date.parse(data.attempt_completed_at),
    minutes: data.attempt_allowed_time_limit_mins,
  };
  // The event of a deleted attempt has no attempt id.
  return verb === 'deleted'
    ? effect('attempts', data.attempt_user_id, { ...says, content_id: data.exam_content_id })
    : effect('attempts', data.attempt_user_id, says, data.attempt_id);
}
