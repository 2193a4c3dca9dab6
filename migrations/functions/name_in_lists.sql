create or replace function name_in_lists() returns trigger language plpgsql as $$
declare
  was text := case when tg_op = 'UPDATE' then names_of(old.username, old.email) else '' end;
  called text := names_of(new.username, new.email);
begin
  if tg_op = 'UPDATE' and new.username = old.username and new.email = old.email then return null; end if;
  update enrollments set username = new.username, names = called where user_id = new.id;
  update attempt_learners set names = called where user_id = new.id;
  insert into attempt_learners select distinct course_id, new.id, called from attempt_groups where user_id = new.id
    on conflict do nothing;
  insert into list_changes (list, course_id, entries, place, names)
  select 'attempts', course_id, change.entries, place_of(created), change.names
    from attempt_groups, (values (-1, was), (1, called)) as change(entries, names) where user_id = new.id;
  return null;
end $$;

create or replace trigger named_in_lists after insert or update on users for each row execute function name_in_lists();
