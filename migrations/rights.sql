-- The rights of the role that the service acts as, :role. Run at each start that changes anything.
grant usage on schema public to :role;
grant select on migrations, log_generations to :role;
grant select, insert on events, mails, erasure_certificates to :role;
grant select on secret_fingerprints to :role;
grant select, insert, update on streams, vendor_retirements to :role;
grant select, insert, delete on commands to :role;
grant select, insert, update, delete on checkpoints, dead_letters, leases, users, courses, enrollments, course_staff,
  credit_requirements, credit_statuses, verified_names, dates, schedules, learner_keys, exams, attempts, allowances,
  attempt_groups, attempt_learners, quarantined_callbacks, unclaimed_registrations, vendor_deliveries, vendor_circuits,
  deliveries, idempotency_keys, callback_nonces to :role;
-- The service does not choose an entry's time or number.
grant select on access_log to :role;
grant insert (action, outcome, status, request_id, token_id, user_id, os_user, operator, objects, row_count, times, rights)
  on access_log to :role;
grant usage on sequence events_position, lease_epochs, exam_ids, attempt_ids, allowance_ids, review_policy_ids to :role;

revoke execute on function create_event_partitions, log_server, begin_generation, prune_access_log from public;
grant execute on function create_event_partitions, log_server, begin_generation, prune_access_log to :role;
revoke execute on function forget_learner, sample_names_anew from public;
grant execute on function forget_learner, sample_names_anew to :role;
