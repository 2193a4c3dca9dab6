import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What long lists are paged, counted and searched by. */
export class Lists5500000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(counts);
    await runner.query(names);
    await runner.query(attemptGroups);
    await runner.query(enrollments);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// To count 100,000 rows takes longer than to show a page of them. One row with the number would be where all writers of a
// course wait for each other, so each adds a row of its own, and the worker sums these up. A part is what a list can be
// narrowed to and counted by itself: of a course's learners, those whose onboarding is at the same point. An hour is where
// a page in the middle of a list in order of time begins to count; lists in another order have none. Changes only ever
// grow: while their sum is the same, nobody came, went or was renamed.
const counts = `
  create table list_counts (
    list text not null,
    course_id text not null,
    hour timestamptz not null default '-infinity',
    entries bigint not null,
    is_sum boolean not null default false,
    part text not null default '',
    changes bigint not null default 1
  );
  create index list_counts_by_course on list_counts (list, course_id, hour) include (part, entries, changes);
  create index list_counts_to_sum on list_counts (list, course_id, part, hour) where not is_sum;
  grant select, insert, delete on list_counts to proctoring_app;

  create function sum_list_counts() returns void language sql as $$
    with changed as (select distinct list, course_id, part, hour from list_counts where not is_sum),
         gone as (delete from list_counts using changed
                   where (list_counts.list, list_counts.course_id, list_counts.part, list_counts.hour)
                       = (changed.list, changed.course_id, changed.part, changed.hour)
                  returning list_counts.*)
    insert into list_counts (list, course_id, part, hour, entries, changes, is_sum)
    select list, course_id, part, hour, sum(entries), sum(changes), true from gone group by list, course_id, part, hour
  $$;
`;

// As the reference finds people: by a part of user name or e-mail, of which only ASCII letters are the same in both cases.
// Neither has a line's end.
const names = `
  create extension if not exists pg_trgm;
  create function names_of(username text, email text) returns text language sql immutable return
    lower(username collate "C") || e'\\n' || lower(email collate "C");
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

  -- Whose attempts a course has. A search looks at everybody once, not once for each group.
  create table attempt_learners (
    course_id text not null,
    user_id bigint not null,
    names text collate "C" not null,
    groups bigint not null,
    primary key (course_id, user_id)
  ) with (fillfactor = 90);
  create index attempt_learners_by_names on attempt_learners using gin (names gin_trgm_ops);
  grant select, insert, update, delete on attempt_learners to proctoring_app;

  create function count_attempt_groups() returns void language sql as $$
    lock table list_counts, attempt_learners in share row exclusive mode;
    delete from list_counts where list = 'attempts';
    -- More changes than there were before.
    insert into list_counts (list, course_id, hour, entries, changes, is_sum)
    select 'attempts', course_id, date_trunc('hour', created, 'UTC'), count(*), date_part('epoch', now()) * 1000, true
      from attempt_groups group by course_id, date_trunc('hour', created, 'UTC');
    delete from attempt_learners;
    insert into attempt_learners
    select course_id, user_id, names_of(min(username), min(email)), count(*)
      from attempt_groups join users on users.id = user_id group by course_id, user_id;
  $$;
  select count_attempt_groups();

  create function count_attempt_group() returns trigger language plpgsql as $$ begin
    if tg_op <> 'INSERT' then
      insert into list_counts values ('attempts', old.course_id, date_trunc('hour', old.created, 'UTC'), -1);
    end if;
    if tg_op <> 'DELETE' then
      insert into list_counts values ('attempts', new.course_id, date_trunc('hour', new.created, 'UTC'), 1);
    end if;
    if tg_op = 'INSERT' then
      insert into attempt_learners
      select new.course_id, id, names_of(username, email), 1 from users where id = new.user_id
          on conflict (course_id, user_id) do update set groups = attempt_learners.groups + 1;
    elsif tg_op = 'DELETE' then
      update attempt_learners set groups = groups - 1 where course_id = old.course_id and user_id = old.user_id;
    end if;
    return null;
  end $$;
  create trigger counted after insert or update or delete on attempt_groups
    for each row execute function count_attempt_group();
`;

// The names are here too, since no index orders or finds rows of one table by columns of another.
const enrollments = `
  alter table enrollments
    add column username text collate "C" not null default '',
    add column names text collate "C" not null default '',
    add column onboarding text not null default 'none',
    add column approved_at timestamptz,
    add column includes_proctored boolean not null generated always as
      (is_active and mode in ('verified', 'masters', 'professional', 'executive-education', 'credit')) stored;
  update enrollments set username = users.username, names = names_of(users.username, email)
    from users where users.id = user_id;
  create index enrollments_that_include_proctored on enrollments (course_id, username)
    include (user_id, mode, onboarding, approved_at) where includes_proctored;
  create index enrollments_approved_elsewhere on enrollments (course_id, approved_at) include (onboarding)
    where includes_proctored and approved_at is not null;
  create index enrollments_by_names on enrollments using gin (names gin_trgm_ops);

  create function name_enrollment() returns trigger language plpgsql as $$ begin
    select users.username, names_of(users.username, email) into new.username, new.names
      from users where id = new.user_id;
    return new;
  end $$;
  create trigger named before insert on enrollments for each row execute function name_enrollment();

  create function name_in_lists() returns trigger language plpgsql as $$ begin
    if tg_op = 'UPDATE' and new.username = old.username and new.email = old.email then return null; end if;
    with enrolled as (
           update enrollments set username = new.username, names = names_of(new.username, new.email)
            where user_id = new.id returning course_id),
         attempted as (
           insert into attempt_learners
           select course_id, new.id, names_of(new.username, new.email), count(*)
             from attempt_groups where user_id = new.id group by course_id
               on conflict (course_id, user_id) do update set names = excluded.names returning course_id)
    insert into list_counts (list, course_id, entries)
    select 'learners', course_id, 0 from enrolled union all select 'attempts', course_id, 0 from attempted;
    return null;
  end $$;
  create trigger named_in_lists after insert or update on users for each row execute function name_in_lists();

  insert into list_counts (list, course_id, part, entries, is_sum)
  select 'learners', course_id, 'none', count(*), true from enrollments where includes_proctored group by course_id;

  create function list_part_of(enrollment enrollments) returns text language sql immutable return
    case when (enrollment).includes_proctored then
      case when (enrollment).approved_at is null then (enrollment).onboarding else 'approved elsewhere' end end;

  create function count_enrollment() returns trigger language plpgsql as $$
  declare
    was text := case when tg_op <> 'INSERT' then list_part_of(old) end;
    is_now text := case when tg_op <> 'DELETE' then list_part_of(new) end;
  begin
    if was is not distinct from is_now then return null; end if;
    if was is not null then
      insert into list_counts (list, course_id, part, entries) values ('learners', old.course_id, was, -1);
    end if;
    if is_now is not null then
      insert into list_counts (list, course_id, part, entries) values ('learners', new.course_id, is_now, 1);
    end if;
    return null;
  end $$;
  create trigger counted after insert or update or delete on enrollments
    for each row execute function count_enrollment();
`;
