import { statuses } from '#domain';
import { flag, integer, listOf, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { difference } from './history.answers.js';

export const listCursor = { ...text, pattern: '^\\d{1,15}\\.\\d{1,15}\\.\\d{1,15}$' };

const subject = { cursor: text, course_id: text, content_id: text };

export const attemptLine = object('AttemptAsOf', {
  ...subject,
  id: integer,
  exam_id: integer,
  user_id: integer,
  attempt_code: text,
  external_id: orNull(text),
  status: oneOf(...statuses),
  taking_as_proctored: flag,
  is_sample_attempt: flag,
  review_policy_id: orNull(integer),
  started_at: orNull(time),
  completed_at: orNull(time),
  allowed_time_limit_mins: orNull(integer),
  extra_seconds: integer,
  paused_at: orNull(time),
  paused_ms: integer,
  is_status_acknowledged: flag,
  time_remaining_seconds: orNull(integer),
  is_resumable: flag,
  ready_to_resume: flag,
  resumed: flag,
  created: time,
  modified: time,
  expires_at: orNull(time),
});

export const allowanceLine = object('AllowanceAsOf', {
  ...subject,
  id: integer,
  exam_id: integer,
  user_id: integer,
  key: text,
  value: orNull(text),
  is_encrypted: flag,
  created: time,
  modified: time,
});

export const onboardingLine = object('OnboardingAsOf', {
  cursor: text,
  course_id: text,
  user_id: integer,
  status: orNull(text),
  expires_at: orNull(time),
  status_for_staff: orNull(text),
  modified: orNull(time),
});

export const whatIfLine = object('OtherOutcome', {
  cursor: text,
  exam_id: integer,
  user_id: integer,
  attempt_id: integer,
  differences: listOf(difference),
});
