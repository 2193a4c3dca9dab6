-- Staff change settings of a course on the instructor dashboard. The address has the time of the change, because the platform
-- may tell another one later. It counts for courses without a provider of LTI proctoring.
alter table course_configurations
  add dashboard_email text,
  add dashboard_email_at timestamptz,
  add create_zendesk_tickets boolean,
  add enable_proctored_exams boolean;
