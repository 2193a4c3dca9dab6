import type { Status } from '../attempts/attempt.statuses.js';
import { statusSummaryOf } from './status-summary.js';

const timed = { isProctored: false, isPracticeExam: false };
const proctored = { isProctored: true, isPracticeExam: false };
const practice = { isProctored: true, isPracticeExam: true };
const usual = { courseHasEnded: false, mayTakeProctoredExams: true };

describe("a course outline's summary", () => {
  it('of a timed exam is always the same, without a status', () =>
    expect(statusSummaryOf(timed, 'submitted', usual)).toEqual({
      says: 'timed',
      icon: 'fa-clock-o',
      isCompleted: false,
    }));

  it.each([
    [undefined, 'eligible', 'proctored_eligible', 'fa-pencil-square-o', false],
    ['created', 'created', 'proctored', 'fa-pencil-square-o', false],
    ['started', 'started', 'proctored', 'fa-pencil-square-o', false],
    ['declined', 'declined', 'proctored_declined', 'fa-pencil-square-o', false],
    ['submitted', 'submitted', 'proctored_submitted', 'fa-spinner fa-spin', true],
    ['second_review_required', 'second_review_required', 'proctored_submitted', 'fa-spinner fa-spin', true],
    ['verified', 'verified', 'proctored_verified', 'fa-check', true],
    ['rejected', 'rejected', 'proctored_failed', 'fa-exclamation-triangle', true],
    ['error', 'error', 'proctored_failed', 'fa-exclamation-triangle', true],
    ['expired', 'expired', 'proctored_expired', 'fa-times-circle', false],
  ] as const)('of a proctored exam with %s', (given, status, says, icon, isCompleted) =>
    expect(statusSummaryOf(proctored, given, usual)).toEqual({ status, says, icon, isCompleted }),
  );

  it.each([
    [undefined, 'practice', '', false],
    ['verified', 'practice', '', false],
    ['submitted', 'practice_submitted', 'fa-check', true],
    ['error', 'practice_failed', 'fa-exclamation-triangle', true],
  ] as const)('of a practice exam with %s', (given, says, icon, isCompleted) =>
    expect(statusSummaryOf(practice, given as Status | undefined, usual)).toMatchObject({ says, icon, isCompleted }),
  );

  it('is "expired" after the end of the course, unless there is an attempt', () => {
    const ended = { ...usual, courseHasEnded: true };
    expect(statusSummaryOf(proctored, undefined, ended)?.status).toBe('expired');
    expect(statusSummaryOf(proctored, 'verified', ended)?.status).toBe('verified');
    expect(statusSummaryOf(practice, undefined, ended)?.status).toBe('eligible');
  });

  it('for a learner who may not take proctored exams exists for practice exams only', () => {
    const barred = { ...usual, mayTakeProctoredExams: false };
    expect(statusSummaryOf(proctored, 'verified', barred)).toBeUndefined();
    expect(statusSummaryOf(practice, undefined, barred)?.says).toBe('practice');
  });
});
