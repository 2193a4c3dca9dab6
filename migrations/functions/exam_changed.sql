create or replace function exam_changed() returns trigger language plpgsql as $$ begin
  perform pg_advisory_xact_lock(hashtext('roster'));
  -- Else an attempt that changes at the same time would not see that its exam is an onboarding exam now.
  if tg_op = 'UPDATE' and old.is_practice_exam <> new.is_practice_exam then
    lock table attempts in share row exclusive mode;
  end if;
  perform keep_onboarding(array(
    select user_id from enrollments where course_id = new.course_id union
    select user_id from attempts where exam_id = new.id));
  return null;
end $$;

create or replace trigger onboarding_published after insert on exams
  for each row when (new.is_practice_exam) execute function exam_changed();

create or replace trigger onboarding_revised after update on exams
  for each row when ((old.is_practice_exam or new.is_practice_exam)
    and (old.is_active, old.is_practice_exam, old.is_proctored, old.backend, old.generation_id)
      is distinct from (new.is_active, new.is_practice_exam, new.is_proctored, new.backend, new.generation_id))
  execute function exam_changed();
