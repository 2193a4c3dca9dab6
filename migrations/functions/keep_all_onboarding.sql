create or replace function keep_all_onboarding() returns void language sql as $$
  select pg_advisory_xact_lock(hashtext('roster'));
  select keep_onboarding(array(select distinct user_id from enrollments));
$$;
