import type { Effect } from '#domain';
import type { RecordedEvent, Write } from '#event-store';
import { removeCreditStatus, setCreditStatus } from '#roster';

/** The namespace of the credit requirements that exams fulfil (domain.md §9.2). */
export const creditNamespace = 'proctored_exam';

/**
 * An append changes the credit statuses in the roster at once, because prerequisites depend on them. The LMS sends its
 * roster only later.
 */
export const creditWrites = (appended: readonly RecordedEvent[]): Write[] =>
  appended.flatMap(({ data, metadata }) => {
    const { effects = [], at } = data as { effects?: Effect[]; at: string };
    const { userId, courseId, contentId } = metadata;
    if (userId === undefined || courseId === undefined || contentId === undefined) return [];
    return effects.flatMap((effect) => {
      if (effect.kind !== 'credit') return [];
      return effect.status === 'removed'
        ? removeCreditStatus(userId, courseId, creditNamespace, contentId)
        : setCreditStatus(userId, courseId, creditNamespace, contentId, effect.status, at);
    });
  });
