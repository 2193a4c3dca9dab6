import { examTypeOf, remainingSeconds, statuses } from '#domain';
import type { AttemptRecord, ExamGeneration } from '#read-models';
import { integer, number, object, oneOf, text } from '../document/schemas.js';

/** An attempt as its learner sees it (edx-exams.md §2). `url`: the exam in the learning front end. */
export const studentAttemptJson = (
  attempt: AttemptRecord,
  generation: ExamGeneration,
  { at, url }: { at: string; url: string },
) => ({
  attempt_id: attempt.id,
  attempt_status: attempt.status,
  course_id: generation.courseId,
  exam_type: examTypeOf(generation, false),
  exam_display_name: generation.examName,
  exam_url_path: url,
  time_remaining_seconds: remainingSeconds(attempt, at),
});

export const studentAttempt = object<ReturnType<typeof studentAttemptJson>>('StudentAttempt', {
  attempt_id: integer,
  attempt_status: oneOf(...statuses),
  course_id: text,
  exam_type: oneOf('timed', 'proctored', 'practice', 'onboarding'),
  exam_display_name: text,
  exam_url_path: text,
  time_remaining_seconds: number,
});
