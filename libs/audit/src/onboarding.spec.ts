import type { Attempt, Exam } from '#domain';
import { onboardingRow } from './onboarding.js';

const exam = (id: number, courseId: string, more: Partial<Exam> = {}) =>
  ({ id, courseId, isActive: true, isProctored: true, isPracticeExam: true, backend: 'test', ...more }) as Exam;
const attempt = (id: number, examId: number, status: string, modified: string, more: object = {}) =>
  ({ id, examId, userId: 2, status, modified, takingAsProctored: true, ...more }) as Attempt;
const examsOf = (...list: Exam[]) => new Map(list.map((each) => [each.id, each]));
const at = '2031-03-01T00:00:00.000Z';
const exams = examsOf(exam(1, 'demo'), exam(2, 'other'));
const row = (attempts: Attempt[], among = exams) => onboardingRow(2, 'demo', among, attempts, at);

describe('onboarding in a course as of a time', () => {
  it("is that of the course's own attempts, the last modified first", () =>
    expect(
      row([attempt(1, 1, 'rejected', '2031-01-01T00:00:00Z'), attempt(2, 1, 'started', '2031-02-01T00:00:00Z')]),
    ).toMatchObject({ status: 'started', status_for_staff: 'onboarding_started', expires_at: null }));

  it('is an approval of another course by the same provider, while it counts', () => {
    expect(row([attempt(1, 2, 'verified', '2030-06-01T00:00:00.000Z')])).toMatchObject({
      status: 'other_course_approved',
      expires_at: '2031-06-01T00:00:00.000Z',
    });
    expect(row([attempt(1, 2, 'verified', '2030-02-28T00:00:00.000Z')])).toBeUndefined();
    const elsewhere = examsOf(exam(1, 'demo'), exam(2, 'other', { backend: 'another' }));
    expect(row([attempt(1, 2, 'verified', '2030-06-01T00:00:00.000Z')], elsewhere)).toBeUndefined();
  });

  it('takes no account of attempts without proctoring, nor of exams that were not active then', () => {
    const timed = attempt(1, 1, 'submitted', '2031-01-01T00:00:00Z', { takingAsProctored: false });
    expect(row([timed])).toBeUndefined();
    const withdrawn = examsOf(exam(1, 'demo', { isActive: false }));
    expect(row([attempt(1, 1, 'submitted', '2031-01-01T00:00:00Z')], withdrawn)).toBeUndefined();
  });
});
