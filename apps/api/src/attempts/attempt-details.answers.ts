import { type ReadableReview, type StaffAction, staffActionNames } from '#commands';
import { type Actor, reviewStatusOf, statuses } from '#domain';
import { allowanceSchema } from '../allowances/allowances.answers.js';
import { attemptAppeal } from '../appeals/appeals.answers.js';
import { flag, integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { attemptSchema } from './attempts.answers.js';

const role = oneOf('learner', 'staff', 'provider', 'operator', 'platform', 'service');
const name = { ...orNull(text), description: 'The user name, or the name of the provider or operator' };

export const reviewJson = (
  review: ReadableReview,
  nameOf: (actor: Actor) => string | null,
  nameOfUser: (userId: number) => string,
) => ({
  at: review.at,
  status: review.status,
  sent_by: nameOf(review.sender),
  reviewed_by: review.reviewedBy === null ? null : nameOfUser(review.reviewedBy),
  comment_count: review.commentCount,
  comments: review.comments,
  has_recording: review.hasRecording,
});

const review = object<ReturnType<typeof reviewJson>>('AttemptReview', {
  at: time,
  status: oneOf(...Object.values(reviewStatusOf)),
  sent_by: name,
  reviewed_by: { ...orNull(text), description: 'Null if no person judged' },
  comment_count: integer,
  comments: {
    ...listOf(
      object('ReviewRemark', { comment: text, status: text, start: integer, stop: integer, duration: integer }),
    ),
    nullable: true,
    description: 'Times in seconds of the recording. Null once the learner is retired',
  },
  has_recording: flag,
});

export const actionJson = ({ action, refusal, statusAfter, effects }: StaffAction) => ({
  action,
  refusal,
  status_after: statusAfter,
  effects,
});

const action = object<ReturnType<typeof actionJson>>('StaffAction', {
  action: oneOf(...staffActionNames),
  refusal: { ...orNull(text), description: 'Why the caller cannot do it now; null if the caller can' },
  status_after: { ...orNull(oneOf(...statuses)), description: 'Null if the attempt is removed' },
  effects: { ...listOf({ $ref: '#/components/schemas/Effect' }), description: 'What would follow outside the service' },
});

export const attemptDetailsSchema = object('AttemptDetails', {
  attempt: attemptSchema,
  full_name: text,
  attempts: { ...listOf(attemptSchema), description: "The learner's attempts at the exam, newest first" },
  allowances: listOf(allowanceSchema),
  timeline: listOf(
    object('StaffTimelineEntry', {
      at: time,
      event: { ...text, description: 'The same in every language' },
      what: text,
      by: role,
      name,
      reason: orNull(text),
      message: orNull(text),
      seconds: { ...orNull(integer), description: 'Of extra time' },
    }),
  ),
  reviews: { ...listOf(review), description: 'The oldest first' },
  appeal: orNull(attemptAppeal),
  actions: listOf(action),
});
