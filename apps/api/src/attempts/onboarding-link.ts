import type pg from 'pg';
import type { Configuration } from '#configuration';
import { outline } from '#platform';
import { providerOf } from '#providers';
import { examsOfCourse } from '#read-models';
import { links } from '../links.js';

/** Where a learner can do onboarding: the newest exam for it that is not hidden, or "" (domain.md §7.2–7.3). */
export const onboardingLink = async (
  pool: pg.Pool,
  { settings }: Configuration,
  courseId: string,
  userId: number,
  at: string,
  isLearningMfe: boolean,
): Promise<string> => {
  const exams = (await examsOfCourse(pool, courseId))
    .filter(({ isActive, isProctored, isPracticeExam }) => isActive && isProctored && isPracticeExam)
    .reverse();
  if (!exams[0] || !providerOf(settings, exams[0].backend).supportsOnboarding) return '';
  const contentIds = exams.map(({ contentId }) => contentId);
  const { sequences, courseEnd } = await outline(pool, courseId, userId, contentIds, at);
  const isShown = (contentId: string) => {
    const sequence = sequences.get(contentId)!;
    if (sequence.accessible) return true;
    if (!sequence.scheduled) return false;
    const last = sequence.due ?? courseEnd;
    return sequence.effectiveStart > at || (last !== undefined && last < at);
  };
  const shown = contentIds.find(isShown);
  return shown === undefined ? '' : links.exam(settings, courseId, shown, isLearningMfe);
};
