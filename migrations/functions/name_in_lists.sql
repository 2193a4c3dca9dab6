create or replace function name_in_lists() returns trigger language plpgsql as $$
declare
  called text := names_of(new.username, new.email);
begin
  if tg_op = 'UPDATE' and new.username = old.username and new.email = old.email then return null; end if;
  update enrollments set username = new.username, names = called where user_id = new.id;
  update attempt_learners set names = called where user_id = new.id;
  insert into attempt_learners select distinct course_id, new.id, called from attempt_groups where user_id = new.id
    on conflict do nothing;
  return null;
end $$;

create or replace trigger named_in_lists after insert or update on users for each row execute function name_in_lists();
