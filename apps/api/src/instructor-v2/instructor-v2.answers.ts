import { allowedMinutesOf, type ExamDefinition } from '#domain';
import { type AllowanceRecord, allowanceJson, type CourseAttempt, instant } from '#read-models';
import type { Schema } from '#shapes';
import {
  anything,
  either,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  orNull,
  text,
  time,
  userSchema,
} from '../document/schemas.js';
import { HttpAnswer } from '../http/http-answer.js';
import { pageOfList } from './instructor-pages.js';

/** Clients of other surfaces show `detail`, so it is here, too (instructor-v2.md §6, I8). */
export const instructorRefusal = (status: number, text: string) =>
  new HttpAnswer(status, { error: text, detail: text });

/** An exam as this surface sees it: the id is that of the exam's current generation. */
export type SpecialExam = ExamDefinition & { id: number; courseId: string; contentId: string };

const examTypes = ['proctored', 'practice', 'timed'] as const;

export const specialExamType = ({
  isProctored,
  isPracticeExam,
}: Pick<SpecialExam, 'isProctored' | 'isPracticeExam'>): (typeof examTypes)[number] => {
  if (isPracticeExam) return 'practice';
  return isProctored ? 'proctored' : 'timed';
};

/** instructor-v2.md §2, keys in its order. */
export const specialExamJson = (exam: SpecialExam) => ({
  id: exam.id,
  course_id: exam.courseId,
  content_id: exam.contentId,
  exam_name: exam.examName,
  time_limit_mins: exam.timeLimitMins,
  due_date: instant(exam.dueDate),
  exam_type: specialExamType(exam),
  is_proctored: exam.isProctored,
  is_practice_exam: exam.isPracticeExam,
  is_active: exam.isActive,
  hide_after_due: exam.hideAfterDue,
  backend: exam.backend,
});

export const specialExam = object<ReturnType<typeof specialExamJson>>('SpecialExam', {
  id: integer,
  course_id: text,
  content_id: text,
  exam_name: text,
  time_limit_mins: integer,
  due_date: orNull(time),
  exam_type: oneOf(...examTypes),
  is_proctored: flag,
  is_practice_exam: flag,
  is_active: flag,
  hide_after_due: flag,
  backend: orNull(text),
});

export const specialExamAttemptJson = (attempt: CourseAttempt) => ({
  id: attempt.id,
  user: attempt.user,
  exam_id: attempt.exam.id,
  exam_name: attempt.exam.examName,
  exam_type: specialExamType(attempt.exam),
  status: attempt.status,
  start_time: instant(attempt.startedAt),
  end_time: instant(attempt.completedAt),
  allowed_time_limit_mins: allowedMinutesOf(attempt),
  ready_to_resume: attempt.readyToResume,
});

const specialExamAttempt = object<ReturnType<typeof specialExamAttemptJson>>('SpecialExamAttempt', {
  id: integer,
  user: userSchema,
  exam_id: integer,
  exam_name: text,
  exam_type: oneOf(...examTypes),
  status: text,
  start_time: orNull(time),
  end_time: orNull(time),
  allowed_time_limit_mins: orNull(integer),
  ready_to_resume: flag,
});
export const specialExamAttempts = pageOfList('SpecialExamAttempts', specialExamAttempt);

export const attemptsReset = object('AttemptsReset', { success: flag, message: text });

export const specialExamAllowanceJson = (allowance: AllowanceRecord) => ({
  ...allowanceJson(allowance),
  proctored_exam: specialExamJson({ ...allowance.exam, id: allowance.exam.generationId }),
});

export const specialExamAllowances = pageOfList(
  'SpecialExamAllowances',
  object<ReturnType<typeof specialExamAllowanceJson>>('SpecialExamAllowance', {
    id: integer,
    created: time,
    modified: time,
    user: userSchema,
    key: text,
    value: text,
    proctored_exam: specialExam,
  }),
);

/** The problems of fields; those of a list's items by their index. */
export const fieldProblems: Schema = mapOf(either(listOf(text), mapOf(listOf(text))));

const result = { identifier: text, success: flag };
const problem = { error: text };
const granted = object('AllowanceResult', result, problem);
export const grantedAtExam = object('AllowanceResults', { allowance_type: text, results: listOf(granted) });
export const withdrawnAtExam = object('WithdrawalResults', {
  allowance_type: text,
  results: listOf(object('WithdrawalResult', { identifier: anything, success: flag }, problem)),
});
export const grantedAtExams = object('AllowanceResultsOfExams', {
  allowance_type: text,
  value: text,
  results: listOf(object('AllowanceResultOfExam', { identifier: text, exam_id: integer, success: flag }, problem)),
});

export const proctoringSettings = object('ProctoringSettings', {
  proctoring_provider: orNull(text),
  proctoring_escalation_email: orNull(text),
  create_zendesk_tickets: flag,
  enable_proctored_exams: flag,
  supports_onboarding: flag,
  review_dashboard_available: flag,
});
