-- Triggers are off while the read model is rebuilt.
create or replace function name_attempt_learners() returns void language sql as $$
  lock table attempt_learners in exclusive mode;
  delete from attempt_learners;
  insert into attempt_learners
  select distinct course_id, user_id, names_of(username, email) from attempt_groups join users on users.id = user_id;
$$;
