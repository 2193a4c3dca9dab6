import type { examJson } from '#read-models';
import { anything, flag, integer, object, orNull, text, time } from '../document/schemas.js';

/** rest-api.md §3.2. */
export const examSchema = object<ReturnType<typeof examJson>>('Exam', {
  id: integer,
  course_id: text,
  content_id: text,
  external_id: orNull(text),
  exam_name: text,
  time_limit_mins: integer,
  is_proctored: flag,
  is_practice_exam: flag,
  is_active: flag,
  due_date: orNull(time),
  hide_after_due: flag,
  backend: orNull(text),
});

export const examIdSchema = object('ExamId', { exam_id: integer });

/** rest-api.md §5.20. Only a proctored exam has the values of a provider. */
export const examSettings = object(
  'ExamSettings',
  {
    platform_name: text,
    contact_us: text,
    link_urls: { ...orNull({ type: 'object' }), additionalProperties: true },
    exam_proctoring_backend: anything,
  },
  {
    provider_tech_support_email: text,
    provider_tech_support_phone: text,
    provider_name: text,
    learner_notification_from_email: text,
    integration_specific_email: text,
    proctoring_escalation_email: orNull(text),
  },
);

export const reviewPolicy = object('ReviewPolicy', { review_policy: orNull(text) });
