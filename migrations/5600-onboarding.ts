import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How far the learners of a course are with their onboarding, kept beside their enrolment: the list of a course is narrowed
 * by it. `onboarding` is the status of the attempt that counts, or 'none'; `approved_at` is when an approval came that
 * stands for it, for as long as approvals count (domain.md §7.4).
 */
export class Onboarding5600000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(keeping);
    await runner.query(changes);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// Two attempts of a learner may change at once, and neither sees the other's change: so who writes about a learner waits for
// the other to commit, and only then looks. Who writes about many does so alone, as who writes the roster does.
const keeping = `
  create function keep_onboarding(learners bigint[]) returns void language plpgsql
    -- To plan it each time anew takes longer than all the rest.
    set plan_cache_mode = force_generic_plan
  as $$ begin
    if cardinality(learners) > 1 then perform pg_advisory_xact_lock(hashtext('roster')); end if;
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
     where kept.user_id = found.user_id and kept.course_id = found.course_id
       and (kept.onboarding, kept.approved_at) is distinct from (found.onboarding, found.approved_at);
  end $$;

  create function keep_all_onboarding() returns void language sql as $$
    select keep_onboarding(array(select distinct user_id from enrollments));
  $$;
  select keep_all_onboarding();
`;

const changes = `
  create function attempt_changed() returns trigger language plpgsql as $$
  declare
    attempt attempts := case when tg_op = 'DELETE' then old else new end;
  begin
    if exists (select from exams where id = attempt.exam_id and is_practice_exam) then
      perform keep_onboarding(array[attempt.user_id]);
    end if;
    return null;
  end $$;
  create trigger onboarding_begun after insert on attempts
    for each row when (new.taking_as_proctored) execute function attempt_changed();
  create trigger onboarding_changed after update on attempts
    for each row when ((old.status, old.modified, old.taking_as_proctored)
      is distinct from (new.status, new.modified, new.taking_as_proctored)) execute function attempt_changed();
  create trigger onboarding_removed after delete on attempts
    for each row when (old.taking_as_proctored) execute function attempt_changed();

  create function exam_changed() returns trigger language plpgsql as $$ begin
    perform keep_onboarding(array(
      select user_id from enrollments where course_id = new.course_id union
      select user_id from attempts where exam_id = new.id));
    return null;
  end $$;
  create trigger onboarding_published after insert on exams
    for each row when (new.is_practice_exam) execute function exam_changed();
  create trigger onboarding_revised after update on exams
    for each row when ((old.is_practice_exam or new.is_practice_exam)
      and (old.is_active, old.is_practice_exam, old.is_proctored, old.backend)
        is distinct from (new.is_active, new.is_practice_exam, new.is_proctored, new.backend))
    execute function exam_changed();

  create function enrolled() returns trigger language plpgsql as $$ begin
    perform keep_onboarding(array(select distinct user_id from made));
    return null;
  end $$;
  create trigger enrolled after insert on enrollments
    referencing new table as made for each statement execute function enrolled();
`;
