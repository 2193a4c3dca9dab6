-- The lock orders this and a transaction that renames the learner: either that one finds this row, or this reads the new name.
create or replace function name_attempt_learner() returns trigger language plpgsql as $$ begin
  insert into attempt_learners
  select new.course_id, new.user_id, names_of(username, email) from users
   where id = new.user_id
     and not exists (select from attempt_learners known where (known.course_id, known.user_id) = (new.course_id, new.user_id))
     for share of users
  on conflict do nothing;
  return null;
end $$;

create or replace trigger named after insert on attempt_groups for each row execute function name_attempt_learner();
