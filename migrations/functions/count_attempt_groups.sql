-- Also what is kept of learners: triggers are off while the read model is written anew.
create or replace function count_attempt_groups() returns void language sql as $$
  lock table attempt_learners, list_sums in exclusive mode;
  delete from attempt_learners;
  insert into attempt_learners
  select distinct course_id, user_id, names_of(username, email) from attempt_groups join users on users.id = user_id;
  delete from list_sums where list = 'attempts';
  insert into list_changes (list, course_id, entries) select distinct 'attempts', course_id, 0 from attempt_groups;
$$;
