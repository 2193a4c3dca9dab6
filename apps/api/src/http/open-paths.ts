import { course, externalCourse } from './path-parameters.js';

const root = '/api/v1/';
const patterns: Record<string, string> = {
  courseId: `${course}|${externalCourse}`,
  contentId: 'i4x:/.+|[^/]+',
  examId: '[0-9]+',
  allowanceId: '[0-9]+',
};

/** Paths of edx-exams in the order in which it matches them. Anything may stand before and after (edx-exams.md §1.1). */
const openPaths = [
  'exams/course_id/:courseId/allowances/:allowanceId',
  'exams/course_id/:courseId/allowances',
  'exams/course_id/:courseId',
  'configs/course_id/:courseId',
  'access_tokens/exam_id/:examId',
  'instructor_view/course_id/:courseId/attempts',
  'student/exam/attempt/course_id/:courseId/content_id/:contentId',
  'exam/provider_settings/course_id/:courseId/exam_id/:examId',
  'student/course_id/:courseId/onboarding',
].map((template) => ({
  template,
  pattern: new RegExp(
    template.replace(/:(\w+)/g, (_, name) => `(?<${name}>${patterns[name]})`),
    's',
  ),
}));

/** The route's path for an open path of edx-exams: each parameter is one percent-encoded segment. */
export function openPathOf(path: string): string | undefined {
  if (!path.startsWith(root)) return undefined;
  // The list has two names.
  if (path === `${root}provider`) return `${root}providers`;
  for (const { template, pattern } of openPaths) {
    const found = pattern.exec(path)?.groups;
    if (found) return root + template.replace(/:(\w+)/g, (_, name) => encodeURIComponent(found[name]!));
  }
  return undefined;
}
