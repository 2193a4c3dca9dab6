import { anything, integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { pagedList } from '../http/page.js';
import { examSchema } from './exams.answers.js';

export const courseExam = object('CourseExam', {
  ...examSchema.properties,
  type: oneOf('timed', 'onboarding', 'practice', 'proctored'),
  provider: { ...orNull(text), description: 'Its name for people; null for an exam that is not proctored' },
  review_policy: orNull(text),
  attempts: integer,
  running: integer,
  waiting_for_review: { ...integer, description: 'Proctored attempts, submitted or timed out, without a result' },
});

export const courseExams = pagedList('CourseExams', courseExam);

export const examChanges = object('ExamChanges', {
  exam_id: integer,
  results: listOf(
    object('ExamChange', {
      at: time,
      event: oneOf(
        ...(['ExamCreated', 'ExamRevised', 'ExamGenerationBegun', 'ExamWithdrawn'] as const),
        ...(['ReviewPolicySet', 'ReviewPolicyRemoved'] as const),
      ),
      by: object('ExamChangeBy', {
        kind: oneOf('user', 'provider', 'clock', 'operator', 'lms'),
        username: { ...orNull(text), description: 'Null if it was no person' },
      }),
      fields: listOf(object('ExamChangeField', { field: text, before: anything, after: anything })),
    }),
  ),
});
