-- Two transactions may change attempts of one learner at the same time, and neither sees the other's change. So the second
-- waits for the first to commit before it reads. A transaction for many learners runs alone, like one that changes the roster.
create or replace function keep_onboarding(learners bigint[]) returns void language plpgsql
  -- To plan it each time anew takes longer than all the rest; and a plan made while tables are empty must do later, too.
  set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$ begin
  perform from users where id = any(learners) order by id for no key update;
  update enrollments kept set onboarding = found.onboarding, approved_at = found.approved_at
    from (
      select enrollment.user_id, enrollment.course_id, own.onboarding, approval.approved_at
        from enrollments enrollment
        cross join lateral (
          select coalesce(string_agg(number || ' ' || status, ',' order by modified desc, id desc), '') as onboarding from (
            select status, modified, attempt.id, row_number() over (order by attempt.id) as number
              from attempts attempt join exams exam on exam.id = exam_id
             where attempt.user_id = enrollment.user_id and course_id = enrollment.course_id
               and coalesce(attempt.generation_id, exam_id) = exam.generation_id
               and is_active and is_practice_exam and taking_as_proctored) as numbered) own
        cross join lateral (
          select max(modified) as approved_at from attempts attempt join exams exam on exam.id = attempt.exam_id
            left join exam_generations earlier on earlier.id = coalesce(attempt.generation_id, exam.id)
                  and earlier.id <> exam.generation_id
           where attempt.user_id = enrollment.user_id and taking_as_proctored and status = 'verified'
             and coalesce(earlier.is_practice_exam, exam.is_practice_exam)
             and case when earlier.id is null then exam.backend else earlier.backend end is not distinct from (
               select backend from exams newest
                where newest.course_id = enrollment.course_id and is_active and is_proctored and is_practice_exam
                order by id desc limit 1)) approval
       where enrollment.user_id = any(learners)) found
   where kept.user_id = found.user_id
     -- As an expression no index has it: by the course alone there would be all its learners to look at.
     and kept.course_id || '' = found.course_id
     and (kept.onboarding, kept.approved_at) is distinct from (found.onboarding, found.approved_at);
end $$;
