import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import type { Exam } from '#domain';
import { configuredProvider, type Provider } from '#providers';
import { examsOfCourse } from '#read-models';
import { outline } from '#roster';
import { refused } from '../http/http-answer.js';

export const noOnboarding = () => refused(404, 'There is no onboarding exam related to this course id.');

export type Onboarding = { exams: Exam[]; provider: Provider };

/** A course's onboarding exams, the newest first, and the provider of the newest. It has none without that provider. */
export const onboardingExamsOf = async (
  database: Database,
  { settings }: Configuration,
  courseId: string,
): Promise<Onboarding | undefined> => {
  const exams = (await examsOfCourse(database, courseId))
    .filter(({ isActive, isProctored, isPracticeExam }) => isActive && isProctored && isPracticeExam)
    .reverse();
  if (!exams[0]) return undefined;
  const provider = configuredProvider(settings, exams[0].backend);
  return provider?.supportsOnboarding ? { exams, provider } : undefined;
};

export type ExamInOutline = { exam: Exam; when: 'open' | 'future' | 'past_due'; opensAt: string };

/** The exams that the course outline shows to a learner, and when each one is open (domain.md §7.2). */
export const examsInOutline = async (
  database: Database,
  exams: readonly Exam[],
  userId: number,
  at: string,
): Promise<ExamInOutline[]> => {
  if (!exams[0]) return [];
  const contentIds = exams.map(({ contentId }) => contentId);
  const { sequences, courseEnd } = await outline(database, exams[0].courseId, userId, contentIds, at);
  return exams.flatMap((exam) => {
    const { accessible, scheduled, effectiveStart, due } = sequences.get(exam.contentId)!;
    const last = due ?? courseEnd;
    const shown = (when: ExamInOutline['when']) => [{ exam, when, opensAt: effectiveStart }];
    if (accessible) return shown('open');
    if (!scheduled) return [];
    if (effectiveStart > at) return shown('future');
    return last !== undefined && last < at ? shown('past_due') : [];
  });
};
