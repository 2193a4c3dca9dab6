import type { Exam } from '#domain';
import { instant } from '../times.js';

/** An exam as REST and providers see it, keys in the reference's order (rest-api.md §3.2). */
export const examJson = (exam: Exam) => ({
  id: exam.id,
  course_id: exam.courseId,
  content_id: exam.contentId,
  external_id: exam.externalId,
  exam_name: exam.examName,
  time_limit_mins: exam.timeLimitMins,
  is_proctored: exam.isProctored,
  is_practice_exam: exam.isPracticeExam,
  is_active: exam.isActive,
  due_date: instant(exam.dueDate),
  hide_after_due: exam.hideAfterDue,
  backend: exam.backend,
});

/** The exam's data for providers, with its review policy (domain.md §6.4). */
export const examForProvider = (exam: Exam) => ({
  ...examJson(exam),
  ...(exam.reviewPolicy === null ? {} : { rule_summary: exam.reviewPolicy }),
});
