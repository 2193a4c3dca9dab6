import { flag, integer, listOf, object, orNull, text, time } from '../document/schemas.js';

const outcomes = {
  verified: integer,
  rejected: integer,
  second_review: { ...integer, description: 'Suspicious attempts that need a second review' },
  waiting: { ...integer, description: 'Submitted or timed out, and without a result' },
  error: integer,
  oldest_waiting_since: { ...orNull(time), description: 'When the attempt that waits longest ended' },
  reviewed: { ...integer, description: 'Attempts that had a review after they were submitted' },
  median_hours: { ...orNull(integer), description: 'Half of the first reviews came within this many whole hours' },
  p90_hours: { ...orNull(integer), description: 'Nine of ten first reviews came within this many whole hours' },
};

const byDays = listOf(
  object('AttemptsByDays', { days: { ...integer, description: '14 means 14 or more' }, attempts: integer }),
);

export const reviewOutcomes = object('ReviewOutcomes', {
  course_id: text,
  at: time,
  total: object('Outcomes', outcomes),
  exams: listOf(
    object('OutcomesOfExam', {
      ...{ exam_id: integer, exam_name: text, is_active: flag, provider: orNull(text) },
      ...outcomes,
    }),
  ),
  providers: listOf(object('OutcomesOfProvider', { provider: orNull(text), ...outcomes })),
  waiting_by_days: { ...byDays, description: 'Waiting attempts, by whole days since their end' },
  reviewed_by_days: {
    ...byDays,
    description: 'Reviewed attempts, by whole days from the submission to the first review',
  },
  days: {
    ...listOf(object('ReviewDay', { day: { ...text, format: 'date' }, submitted: integer, reviewed: integer })),
    description: 'The last 90 days in UTC, without those on which nothing happened',
  },
});
