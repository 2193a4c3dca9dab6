import type { Settings } from '#configuration';
import { CreateAttempt, type Exam, type Prerequisites, standingOf } from '#domain';
import { instant } from '#read-models';
import { type CreditRequirement } from '#roster';
import { links } from '../http/links.js';

/** The learner's credit requirements before an exam (domain.md §12). Missing ones have links. */
export const prerequisitesJson = (
  settings: Settings,
  courseId: string,
  prerequisites: Prerequisites<CreditRequirement>,
) => {
  const { satisfied, failed, pending, declined } = prerequisites;
  const standing = standingOf(prerequisites);
  const shown = (requirements: CreditRequirement[], isLinked = false) =>
    requirements.map((each) => ({
      ...each,
      status_date: instant(each.status_date),
      ...(isLinked ? { jumpto_url: jumpTo(settings, courseId, each) } : {}),
    }));
  return {
    are_prerequisites_satisifed: standing === 'satisfied',
    satisfied_prerequisites: shown(satisfied),
    failed_prerequisites: shown(failed, standing === 'failed'),
    pending_prerequisites: shown(pending, standing === 'pending'),
    declined_prerequisites: shown(declined),
  };
};

const jumpTo = (settings: Settings, courseId: string, { namespace, name }: CreditRequirement): string | null =>
  namespace === 'proctored_exam' && name !== '' ? links.exam(settings, courseId, name, false) : null;

/** A learner who declined a credit requirement declines the exam. */
export const declineCommand = (exam: Exam, userId: number, at: string): CreateAttempt =>
  new CreateAttempt(
    { examId: exam.id, userId },
    { takingAsProctored: false, startClock: false, evenPastDue: true, at },
    { actor: { kind: 'user', userId } },
  );
