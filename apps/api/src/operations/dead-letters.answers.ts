import type { DeadLetterSummary } from '#event-store';
import type { DeadLetterAction } from '#operations';
import { integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { logEvent } from '../history/history.answers.js';
import { pagedList } from '../http/page.js';

/** A dead letter as REST shows it. */
export const letterJson = (letter: DeadLetterSummary) => ({
  subscription: letter.subscription,
  ordering_key: letter.orderingKey,
  event_id: letter.eventId,
  type: letter.type,
  course_id: letter.courseId,
  exam_id: letter.examId,
  user_id: letter.userId,
  reason: letter.reason,
  recorded_at: letter.recordedAt,
});

export const letterColumns = [
  ...(['subscription', 'ordering_key', 'event_id', 'type', 'course_id', 'exam_id', 'user_id', 'reason'] as const),
  'recorded_at' as const,
];

const letter = object<ReturnType<typeof letterJson>>('DeadLetter', {
  subscription: text,
  ordering_key: { ...text, description: 'Later events with this key wait behind it' },
  event_id: text,
  type: text,
  course_id: orNull(text),
  exam_id: orNull(integer),
  user_id: orNull(integer),
  reason: text,
  recorded_at: time,
});

export const deadLetterList = pagedList('DeadLetters', letter);

export const deadLetterEvent = object('DeadLetterEvent', { event: logEvent, letters: listOf(letter) });

export const deadLetterAction = object<DeadLetterAction>('DeadLetterAction', {
  id: integer,
  action: oneOf('retry', 'skip'),
  subscription: text,
  ordering_key: orNull({ ...text, description: 'Null for all dead letters of the subscription, and for a skip' }),
  event_id: orNull(text),
  reason: orNull(text),
  user_id: integer,
  asked_at: time,
  done_at: orNull({ ...time, description: 'Null until the worker has done it' }),
  events: { ...listOf(text), description: 'The types of the events that were delivered or skipped' },
  error: orNull(text),
});

export const deadLetterActions = object('DeadLetterActions', { results: listOf(deadLetterAction) });
