import type { Status } from '../attempts/attempt.statuses.js';
import type { Exam } from '../exams/exam.js';

/** An exam in a course outline: a word for its text, an icon, and whether the learner has completed it. */
export type StatusSummary = { says: SummaryWord; icon: string; isCompleted: boolean; status?: Status };

export const summaryWords = [
  'timed',
  'proctored',
  'proctored_eligible',
  'proctored_declined',
  'proctored_submitted',
  'proctored_verified',
  'proctored_failed',
  'proctored_expired',
  'practice',
  'practice_submitted',
  'practice_failed',
] as const;
export type SummaryWord = (typeof summaryWords)[number];

type Row = Omit<StatusSummary, 'status'>;
const row = (says: SummaryWord, icon: string, isCompleted = false): Row => ({ says, icon, isCompleted });
const pencil = 'fa-pencil-square-o';
const warning = 'fa-exclamation-triangle';

const proctoredRows: { [S in Status]?: Row } = {
  eligible: row('proctored_eligible', pencil),
  declined: row('proctored_declined', pencil),
  submitted: row('proctored_submitted', 'fa-spinner fa-spin', true),
  second_review_required: row('proctored_submitted', 'fa-spinner fa-spin', true),
  verified: row('proctored_verified', 'fa-check', true),
  rejected: row('proctored_failed', warning, true),
  error: row('proctored_failed', warning, true),
  expired: row('proctored_expired', 'fa-times-circle'),
};
const practiceRows: { [S in Status]?: Row } = {
  submitted: row('practice_submitted', 'fa-check', true),
  error: row('practice_failed', warning, true),
};

/**
 * The summary of an exam for a learner (domain.md §4.8). `status` is that of the newest attempt. Undefined: the learner
 * may not take proctored exams.
 */
export const statusSummaryOf = (
  exam: Pick<Exam, 'isProctored' | 'isPracticeExam'>,
  status: Status | undefined,
  { courseHasEnded, mayTakeProctoredExams }: { courseHasEnded: boolean; mayTakeProctoredExams: boolean },
): StatusSummary | undefined => {
  if (!exam.isProctored) return row('timed', 'fa-clock-o');
  if (exam.isPracticeExam) {
    const shown = status ?? 'eligible';
    return { ...(practiceRows[shown] ?? row('practice', '')), status: shown };
  }
  if (!mayTakeProctoredExams) return undefined;
  const shown = status ?? (courseHasEnded ? 'expired' : 'eligible');
  return { ...(proctoredRows[shown] ?? row('proctored', pencil)), status: shown };
};
