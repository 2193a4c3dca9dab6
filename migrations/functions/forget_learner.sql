-- Destroys the learner's key and all that identifies the person. Answers false when nobody ever knew such a learner: then
-- nothing is written, or the id could never be used later.
create or replace function forget_learner(person bigint) returns boolean language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  former text;
  courses text[];
begin
  -- The locks of roster.transaction.ts. They come before the first write: a transaction that writes holds back the log.
  perform pg_advisory_xact_lock(hashtext('roster writer'));
  perform pg_advisory_xact_lock(hashtext('roster'));
  select username into former from public.users where id = person;
  if not found and not exists (select from public.learner_keys where user_id = person)
    and not exists (select from public.attempts where user_id = person)
    and not exists (select from public.allowances where user_id = person) then
    return false;
  end if;
  courses := array(
    select course_id from public.enrollments where user_id = person
    union select course_id from public.attempt_learners where user_id = person
    union select course_id from public.list_changes where place = former or names like lower(former collate "C") || e'\n%'
    union select course_id from public.list_sums where former = any (places));
  insert into public.learner_keys (user_id) values (person) on conflict (user_id) do update set key = null, key_encryption_key = null;
  -- Triggers take the names out of this row, and out of lists.
  insert into public.users (id, username) values (person, 'retired user ' || person)
    on conflict (id) do update set username = excluded.username;
  delete from public.verified_names where user_id = person;
  delete from public.course_staff where user_id = person;
  delete from public.enrollments where user_id = person;
  delete from public.quarantined_callbacks where user_id = person;
  update public.dead_letters letter set reason = 'its learner is retired' from public.events event
    where (event.generation, event.transaction_id, event.position) = (letter.generation, letter.xid, letter.position)
      and event.metadata->>'userId' = person::text;
  -- Changes and sums of lists have former names. The worker sums these lists up anew.
  lock table public.list_sums in exclusive mode;
  delete from public.list_sums where course_id = any (courses);
  delete from public.list_changes where course_id = any (courses);
  insert into public.list_changes (list, course_id, entries)
    select list, course_id, 0 from unnest(array['attempts', 'learners']) as list, unnest(courses) as course_id;
  return true;
end $$;

-- The planner's statistics have samples of names. They are taken anew by a transaction of their own.
create or replace function sample_names_anew() returns void language plpgsql
security definer set search_path = pg_catalog, public, pg_temp as $$ begin
  analyze public.users, public.enrollments, public.verified_names, public.attempt_learners, public.list_changes,
    public.list_sums, public.dead_letters, public.quarantined_callbacks;
end $$;
