import { type Exam, examTypeOf, examTypes } from '#domain';
import { instant } from '#read-models';
import { flag, integer, object, oneOf, orNull, text, time } from '../document/schemas.js';

/** An exam on this surface: its id is that of the current generation. Keys in the order of edx-exams.md §2. */
export const edxExamJson = (exam: Exam) => ({
  id: exam.generationId,
  exam_name: exam.examName,
  course_id: exam.courseId,
  content_id: exam.contentId,
  time_limit_mins: exam.timeLimitMins,
  due_date: instant(exam.dueDate),
  exam_type: examTypeOf(exam, false),
  hide_after_due: exam.hideAfterDue,
  is_active: exam.isActive,
});

export const edxExam = object<ReturnType<typeof edxExamJson>>('EdxExam', {
  id: integer,
  exam_name: text,
  course_id: text,
  content_id: text,
  time_limit_mins: integer,
  due_date: orNull(time),
  exam_type: oneOf(...examTypes),
  hide_after_due: flag,
  is_active: flag,
});
