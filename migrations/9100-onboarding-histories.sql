-- enrollments.onboarding is the learner's history at the course's onboarding exams: `2 started,1 onboarding_reset`. The attempt
-- modified last comes first, and the numbers are the order of the attempts' ids. Only the domain knows what staff see of a history.
-- approved_at is the learner's last approval by the course's provider, in any course.
alter table enrollments alter onboarding set default '';
update enrollments set onboarding = case onboarding when 'none' then '' else '1 ' || onboarding end;

-- No index has what changes with attempts, so such an update touches one page. A history has no longest length either.
drop index enrollments_by_onboarding, enrollments_approved_elsewhere, enrollments_that_include_proctored;
create index enrollments_that_include_proctored on enrollments (course_id, username) include (user_id, mode)
  where includes_proctored;
