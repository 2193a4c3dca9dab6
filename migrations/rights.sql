-- All rights of the service's processes. :api answers requests. :worker does everything else, and operators' commands, too.
-- Run at each start that changes anything.
revoke all on all tables in schema public from :api, :worker;
revoke all on all sequences in schema public from :api, :worker;
grant usage on schema public to :api, :worker;
grant select on migrations, log_generations, events, streams, commands, checkpoints, dead_letters, leases, users, courses,
  enrollments, course_staff, credit_requirements, credit_statuses, verified_names, dates, schedules, exams, attempts,
  allowances, attempt_groups, attempt_learners, review_times, control_results, exam_generations, course_configurations,
  quarantined_callbacks, unclaimed_registrations, vendor_deliveries, vendor_circuits, vendor_retirements, mails, deliveries,
  idempotency_keys, callback_nonces, access_log, secret_fingerprints, erasure_certificates, merkle_tiles, merkle_state,
  signed_checkpoints, submission_receipts, attempt_polls, health_records, subscription_records, dead_letter_actions to :api, :worker;

-- Appends go through functions. A command's time is not chosen by the service, nor an access log entry's time or number.
grant insert (key, answer) on commands to :api, :worker;
grant insert (action, outcome, status, request_id, token_id, user_id, os_user, operator, objects, row_count, times, rights)
  on access_log to :api, :worker;
grant insert on erasure_certificates to :api, :worker;
grant insert, update, delete on users, courses, enrollments, course_staff, credit_statuses, exams, attempts, allowances,
  attempt_groups, attempt_learners, review_times, control_results, exam_generations, course_configurations, quarantined_callbacks,
  unclaimed_registrations to :api, :worker;
grant insert, update on vendor_retirements to :api, :worker;

grant insert, update, delete on credit_requirements, verified_names, dates, schedules, idempotency_keys, callback_nonces
  to :api;
grant insert, update on attempt_polls to :api;
-- The worker deletes old rows, and forget_learner a retired learner's.
grant select, insert, update on lti_subjects, lti_launches, lti_proctorings, lti_assertions to :api;
grant select, delete on lti_launches, lti_proctorings, lti_assertions to :worker;
-- A certificate of erasure says whether a learner had a pseudonym.
grant select on lti_subjects to :worker;
-- An operator's request is carried out by the worker alone.
grant insert (action, subscription, ordering_key, event_id, reason, user_id, request_id) on dead_letter_actions to :api;
-- To see how much room the partitions have left.
grant select on sequence events_position to :api, :worker;
grant usage on sequence exam_ids, attempt_ids, allowance_ids, review_policy_ids to :api;

grant insert, update, delete on checkpoints, dead_letters, leases, vendor_deliveries, vendor_circuits, deliveries to :worker;
grant insert on mails, merkle_tiles, submission_receipts to :worker;
grant insert (tree, size, note, witnesses) on signed_checkpoints to :worker;
grant insert, update on merkle_state to :worker;
grant delete on commands, attempt_polls to :worker;
grant insert, delete on health_records to :worker;
grant insert on subscription_records to :worker;
grant update (done_at, events, error), delete on dead_letter_actions to :worker;
grant update (answer), delete on idempotency_keys to :worker;
grant usage on sequence lease_epochs to :worker;

revoke execute on function append_event, append_events, create_event_partitions, log_server, begin_generation,
  prune_access_log, forget_learner, sample_names_anew, learner_keys_of, keep_learner_key, key_encryption_keys,
  learner_keys_to_rewrap, rewrap_learner_key, open_transactions, oldest_transaction_age from public;
grant execute on function append_event, append_events, create_event_partitions, log_server, begin_generation, forget_learner,
  sample_names_anew, learner_keys_of, keep_learner_key, key_encryption_keys, open_transactions, oldest_transaction_age
  to :api, :worker;
grant execute on function prune_access_log, learner_keys_to_rewrap, rewrap_learner_key to :worker;
