-- Two attempts of a learner may change at once, and neither sees the other's change. So a writer of one learner waits for the
-- other to commit, and only then looks. A writer of many learners does so alone, like a writer of the roster.
create or replace function keep_onboarding(learners bigint[]) returns void language plpgsql
  -- To plan it each time anew takes longer than all the rest; and a plan made while tables are empty must do later, too.
  set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$ begin
  perform from users where id = any(learners) order by id for no key update;
  update enrollments kept set onboarding = found.onboarding, approved_at = found.approved_at
    from (
      select enrollment.user_id, enrollment.course_id, coalesce(relevant.status, 'none') as onboarding,
             case when relevant.status is distinct from 'verified' then approval.at end as approved_at
        from enrollments enrollment
        -- A verified one, the last in this order; else the first; but one that was reset gives way to later ones.
        left join lateral (
          select status from (
            select status, row_number() over newest_first as place,
                   attempt.id > coalesce(max(attempt.id) over (
                     newest_first rows between unbounded preceding and 1 preceding), 0) as is_highest
              from attempts attempt join exams exam on exam.id = exam_id
             where attempt.user_id = enrollment.user_id and course_id = enrollment.course_id
               and is_active and is_practice_exam and taking_as_proctored
            window newest_first as (order by modified desc, attempt.id desc)) own
           where status = 'verified' or is_highest
           order by status <> 'verified', status = 'onboarding_reset',
                    case when status in ('verified', 'onboarding_reset') then -place else place end
           limit 1) relevant on true
        left join lateral (
          select max(modified) as at from attempts attempt join exams exam on exam.id = exam_id
           where attempt.user_id = enrollment.user_id and is_practice_exam and taking_as_proctored
             and status = 'verified' and backend is not distinct from (
               select backend from exams newest
                where newest.course_id = enrollment.course_id and is_active and is_proctored and is_practice_exam
                order by id desc limit 1)) approval on true
       where enrollment.user_id = any(learners)) found
   where kept.user_id = found.user_id
     -- As an expression no index has it: by the course alone there would be all its learners to look at.
     and kept.course_id || '' = found.course_id
     and (kept.onboarding, kept.approved_at) is distinct from (found.onboarding, found.approved_at);
end $$;
