create or replace function count_attempt_group() returns trigger language plpgsql as $$
declare
  called text;
begin
  if tg_op = 'UPDATE' and new.created = old.created then return null; end if;
  -- Whoever renames the learner meanwhile waits, and then finds this group; or has, and this has the new name.
  select names into called from attempt_learners
   where course_id = coalesce(new.course_id, old.course_id) and user_id = coalesce(new.user_id, old.user_id) for share;
  if tg_op = 'INSERT' and not found then
    select names_of(username, email) into called from users where id = new.user_id for share;
    insert into attempt_learners select new.course_id, new.user_id, called where called is not null
      on conflict do nothing;
  end if;
  insert into list_changes (list, course_id, entries, place, names)
  select 'attempts', coalesce(new.course_id, old.course_id), change.entries, place_of(at), coalesce(called, '')
    from (values (-1, old.created), (1, new.created)) as change(entries, at) where at is not null;
  return null;
end $$;

create or replace trigger counted after insert or update or delete on attempt_groups
  for each row execute function count_attempt_group();
