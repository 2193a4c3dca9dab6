-- Destroys the learner's key and all data that identifies the person. Answers false, and writes nothing, when the learner is
-- unknown: else the id could never be used later.
create or replace function forget_learner(person bigint) returns boolean language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  -- The locks of roster.transaction.ts. They come before the first write: a transaction that writes holds back the log.
  perform pg_advisory_xact_lock(hashtext('roster writer'));
  perform pg_advisory_xact_lock(hashtext('roster'));
  if not exists (select from public.users where id = person)
    and not exists (select from public.learner_keys where user_id = person)
    and not exists (select from public.attempts where user_id = person)
    and not exists (select from public.allowances where user_id = person) then
    return false;
  end if;
  insert into public.learner_keys (user_id) values (person) on conflict (user_id) do update set key = null, key_encryption_key = null;
  -- Triggers take the names out of this row and of the lists.
  insert into public.users (id, username) values (person, 'retired user ' || person)
    on conflict (id) do update set username = excluded.username;
  delete from public.verified_names where user_id = person;
  delete from public.course_staff where user_id = person;
  delete from public.enrollments where user_id = person;
  delete from public.credit_statuses where user_id = person;
  delete from public.dates where user_id = person;
  delete from public.schedules where user_id = person;
  delete from public.attempt_polls where user_id = person;
  delete from public.lti_subjects where user_id = person;
  delete from public.lti_launches where user_id = person;
  delete from public.lti_proctorings where user_id = person;
  delete from public.quarantined_callbacks where user_id = person;
  update public.dead_letters letter set reason = 'its learner is retired' from public.events event
    where (event.generation, event.transaction_id, event.position) = (letter.generation, letter.xid, letter.position)
      and event.metadata->>'userId' = person::text;
  return true;
end $$;

-- The planner's statistics have samples of names. They are taken anew by a transaction of its own. A sample of an empty table
-- changes nothing, so its statistics are cleared, which PostgreSQL can do from version 18 on.
create or replace function sample_names_anew() returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  sampled constant text[] := array['users', 'enrollments', 'verified_names', 'course_staff', 'credit_statuses', 'dates', 'schedules',
    'attempt_learners', 'dead_letters', 'quarantined_callbacks'];
  name text;
  is_filled boolean;
begin
  foreach name in array sampled loop
    execute format('analyze public.%I', name);
    execute format('select exists (select from public.%I)', name) into is_filled;
    if not is_filled and current_setting('server_version_num')::integer >= 180000 then
      perform pg_clear_attribute_stats('public', name, attname::text, false) from pg_attribute
        where attrelid = format('public.%I', name)::regclass and attnum > 0 and not attisdropped;
    end if;
  end loop;
end $$;
