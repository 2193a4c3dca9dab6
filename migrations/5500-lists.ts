import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What long lists are paged, counted and searched by. */
export class Lists5500000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(counts);
    await runner.query(attemptGroups);
    await runner.query(enrollments);
    await runner.query(search);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// To count 100,000 rows takes longer than to show a page of them. One row with the number would be where all writers of a
// course wait for each other, so each adds a row of its own, and the worker sums these up. An hour is where a page in the
// middle of a list in order of time begins to count; lists in another order have none.
const counts = `
  create table list_counts (
    list text not null,
    course_id text not null,
    hour timestamptz not null default '-infinity',
    entries bigint not null,
    is_sum boolean not null default false
  );
  create index list_counts_by_course on list_counts (list, course_id, hour) include (entries);
  create index list_counts_to_sum on list_counts (list, course_id, hour) where not is_sum;
  grant select, insert, delete on list_counts to proctoring_app;

  create function sum_list_counts() returns void language sql as $$
    with changed as (select distinct list, course_id, hour from list_counts where not is_sum),
         gone as (delete from list_counts using changed
                   where (list_counts.list, list_counts.course_id, list_counts.hour)
                       = (changed.list, changed.course_id, changed.hour)
                  returning list_counts.*)
    insert into list_counts (list, course_id, hour, entries, is_sum)
    select list, course_id, hour, sum(entries), true from gone group by list, course_id, hour having sum(entries) <> 0
  $$;
`;

// A learner's attempts at an exam, oldest first. id is the stream they are in; attempt_id and created are the newest's.
const attemptGroups = `
  create table attempt_groups (
    id text primary key,
    course_id text not null,
    exam_id bigint not null,
    user_id bigint not null,
    attempt_id bigint not null,
    created timestamptz not null,
    attempt_ids bigint[] not null,
    attempt_times timestamptz[] not null
  );
  insert into attempt_groups
  select 'attempts-' || exam_id || '-' || user_id, min(course_id), exam_id, user_id,
         (array_agg(attempts.id order by created desc, attempts.id desc))[1], max(created),
         array_agg(attempts.id order by created, attempts.id), array_agg(created order by created, attempts.id)
    from attempts join exams on exams.id = exam_id group by exam_id, user_id;
  create index attempt_groups_of_course on attempt_groups (course_id, created desc, attempt_id);
  create index attempt_groups_of_learner on attempt_groups (user_id, course_id);
  grant select, insert, update, delete on attempt_groups to proctoring_app;

  create function count_attempt_groups() returns void language sql as $$
    lock table list_counts in share row exclusive mode;
    delete from list_counts where list = 'attempts';
    insert into list_counts
    select 'attempts', course_id, date_trunc('hour', created, 'UTC'), count(*), true
      from attempt_groups group by course_id, date_trunc('hour', created, 'UTC');
  $$;
  select count_attempt_groups();

  create function count_attempt_group() returns trigger language plpgsql as $$ begin
    if tg_op <> 'INSERT' then
      insert into list_counts values ('attempts', old.course_id, date_trunc('hour', old.created, 'UTC'), -1);
    end if;
    if tg_op <> 'DELETE' then
      insert into list_counts values ('attempts', new.course_id, date_trunc('hour', new.created, 'UTC'), 1);
    end if;
    return null;
  end $$;
  create trigger counted after insert or update or delete on attempt_groups
    for each row execute function count_attempt_group();
`;

// The name is here too, since no index orders rows of one table by a column of another.
const enrollments = `
  alter table enrollments
    add column username text collate "C",
    add column includes_proctored boolean not null generated always as
      (is_active and mode in ('verified', 'masters', 'professional', 'executive-education', 'credit')) stored;
  update enrollments set username = users.username from users where users.id = user_id;
  alter table enrollments alter column username set not null;
  create index enrollments_that_include_proctored on enrollments (course_id, username) where includes_proctored;

  create function name_enrollment() returns trigger language plpgsql as $$ begin
    new.username := (select username from users where id = new.user_id);
    return new;
  end $$;
  create trigger named before insert on enrollments for each row execute function name_enrollment();

  create function rename_enrollments() returns trigger language plpgsql as $$ begin
    update enrollments set username = new.username where user_id = new.id;
    return null;
  end $$;
  create trigger renamed after update of username on users
    for each row when (old.username <> new.username) execute function rename_enrollments();

  insert into list_counts (list, course_id, entries, is_sum)
  select 'learners', course_id, count(*), true from enrollments where includes_proctored group by course_id;

  create function count_enrollment() returns trigger language plpgsql as $$
  declare
    was boolean := tg_op <> 'INSERT' and old.includes_proctored;
    is_now boolean := tg_op <> 'DELETE' and new.includes_proctored;
  begin
    if was <> is_now then
      insert into list_counts (list, course_id, entries)
      values ('learners', case when is_now then new.course_id else old.course_id end, case when is_now then 1 else -1 end);
    end if;
    return null;
  end $$;
  create trigger counted after insert or update or delete on enrollments
    for each row execute function count_enrollment();
`;

// As the reference finds people: only ASCII letters are the same in both cases. Three characters or more find their people
// by the index; fewer have to look at everybody.
const search = `
  create extension if not exists pg_trgm;
  create index users_by_part on users using gin
    (lower(username collate "C") gin_trgm_ops, lower(email collate "C") gin_trgm_ops);

  create function is_called(username text, email text, part text) returns boolean language sql immutable return
    lower(username collate "C") like
      '%' || replace(replace(replace(lower(part collate "C"), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'
    or lower(email collate "C") like
      '%' || replace(replace(replace(lower(part collate "C"), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%';
`;
