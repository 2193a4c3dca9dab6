create or replace function attempt_changed() returns trigger language plpgsql as $$
declare
  attempt attempts := case when tg_op = 'DELETE' then old else new end;
begin
  if exists (select from exams where id = attempt.exam_id and is_practice_exam) then
    perform keep_onboarding(array[attempt.user_id]);
  end if;
  return null;
end $$;

create or replace trigger onboarding_begun after insert on attempts
  for each row when (new.taking_as_proctored) execute function attempt_changed();

create or replace trigger onboarding_changed after update on attempts
  for each row when ((old.status, old.modified, old.taking_as_proctored)
    is distinct from (new.status, new.modified, new.taking_as_proctored)) execute function attempt_changed();

create or replace trigger onboarding_removed after delete on attempts
  for each row when (old.taking_as_proctored) execute function attempt_changed();
