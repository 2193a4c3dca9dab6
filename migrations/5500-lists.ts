import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What long lists are paged, counted and searched by. */
export class Lists5500000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(counts);
    await runner.query(names);
    await runner.query(attemptGroups);
    await runner.query(enrollments);
    await runner.query(sums);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// To count 100,000 rows takes longer than to show a page of them. One row with the number would be where all writers of a
// course wait for each other, so each change adds a row of its own, and the worker sums these up. A change says where in
// the list it is, and sums stand where many entries begin, so that a page in the middle needs not read those before it:
// lists in order of time have hours, lists in order of user names have a name every thousand. A part is what a list can be
// narrowed to and counted by itself: of a course's learners, those whose onboarding is at the same point. Changes only ever
// grow: while their sum is the same, nobody came, went or was renamed.
const counts = `
  create table list_counts (
    list text not null,
    course_id text not null,
    entries bigint not null,
    hour timestamptz not null default '-infinity',
    username text collate "C" not null default '',
    part text not null default '',
    domain text collate "C" not null default '',
    changes bigint not null default 1,
    is_sum boolean not null default false
  );
  create index list_counts_by_course on list_counts (list, course_id);
  create index list_counts_to_sum on list_counts (list, course_id) where not is_sum;
  grant select, insert, delete on list_counts to proctoring_app;
`;

// As the reference finds people: by a part of user name or e-mail, of which only ASCII letters are the same in both cases.
// Neither has a line's end. From the last @ on it is the domain, which many people share: they are counted by it, and only
// those whose names have what is searched before the domain are looked at.
const names = `
  create extension if not exists pg_trgm;
  create function names_of(username text, email text, out names text, out domain text) language sql immutable as $$
    select left(whole, length(whole) - length_of_domain), right(whole, length_of_domain)
      from (select lower(username collate "C") || e'\\n' || lower(email collate "C") as whole) as both_names,
           strpos(reverse(whole), '@') as length_of_domain
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

  -- Whose attempts a course has. A search looks at everybody once, not once for each group.
  create table attempt_learners (
    course_id text not null,
    user_id bigint not null,
    names text collate "C" not null,
    domain text collate "C" not null,
    groups bigint not null,
    primary key (course_id, user_id)
  ) with (fillfactor = 90);
  create index attempt_learners_by_names on attempt_learners using gin (names gin_trgm_ops, domain gin_trgm_ops);
  grant select, insert, update, delete on attempt_learners to proctoring_app;

  create function count_attempt_group() returns trigger language plpgsql as $$
  declare
    learner users;
    domain_of_learner text;
  begin
    if tg_op <> 'UPDATE' then
      update attempt_learners set groups = groups + case tg_op when 'INSERT' then 1 else -1 end
       where course_id = coalesce(new.course_id, old.course_id) and user_id = coalesce(new.user_id, old.user_id)
      returning domain into domain_of_learner;
    end if;
    if tg_op = 'INSERT' and not found then
      -- Whoever renames the learner meanwhile waits, and then finds them here; or has, and they have the new name here.
      select * into learner from users where id = new.user_id for share;
      insert into attempt_learners
      select new.course_id, learner.id, called.names, called.domain, 1
        from names_of(learner.username, learner.email) called where learner.id is not null
          on conflict (course_id, user_id) do update set groups = attempt_learners.groups + 1
      returning domain into domain_of_learner;
    end if;
    if tg_op <> 'INSERT' then
      insert into list_counts (list, course_id, entries, hour, domain)
      values ('attempts', old.course_id, -1, date_trunc('hour', old.created, 'UTC'), coalesce(domain_of_learner, ''));
    end if;
    if tg_op <> 'DELETE' then
      insert into list_counts (list, course_id, entries, hour, domain)
      values ('attempts', new.course_id, 1, date_trunc('hour', new.created, 'UTC'), coalesce(domain_of_learner, ''));
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
    add column domain text collate "C" not null default '',
    add column onboarding text not null default 'none',
    add column approved_at timestamptz,
    add column includes_proctored boolean not null generated always as
      (is_active and mode in ('verified', 'masters', 'professional', 'executive-education', 'credit')) stored;
  update enrollments set username = users.username, names = called.names, domain = called.domain
    from users, names_of(users.username, email) called where users.id = user_id;
  create index enrollments_that_include_proctored on enrollments (course_id, username)
    include (user_id, mode, onboarding, approved_at) where includes_proctored;
  create index enrollments_by_onboarding on enrollments (course_id, onboarding, username)
    include (user_id, mode, approved_at) where includes_proctored;
  create index enrollments_approved_elsewhere on enrollments (course_id, approved_at) include (onboarding)
    where includes_proctored and approved_at is not null;
  create index enrollments_by_names on enrollments using gin (names gin_trgm_ops, domain gin_trgm_ops);

  create function name_enrollment() returns trigger language plpgsql as $$ begin
    select users.username, called.names, called.domain into new.username, new.names, new.domain
      from users, names_of(users.username, email) called where id = new.user_id;
    return new;
  end $$;
  create trigger named before insert on enrollments for each row execute function name_enrollment();

  create function name_in_lists() returns trigger language plpgsql as $$
  declare
    called record := names_of(new.username, new.email);
  begin
    if tg_op = 'UPDATE' and new.username = old.username and new.email = old.email then return null; end if;
    update enrollments set username = new.username, names = called.names, domain = called.domain
     where user_id = new.id;
    insert into list_counts (list, course_id, entries, domain)
    select 'attempts', course_id, -groups, domain from attempt_learners where user_id = new.id for update;
    insert into attempt_learners
    select course_id, new.id, called.names, called.domain, count(*)
      from attempt_groups where user_id = new.id group by course_id
        on conflict (course_id, user_id) do update set names = excluded.names, domain = excluded.domain;
    insert into list_counts (list, course_id, entries, domain)
    select 'attempts', course_id, groups, domain from attempt_learners where user_id = new.id;
    return null;
  end $$;
  create trigger named_in_lists after insert or update on users for each row execute function name_in_lists();

  create function list_part_of(enrollment enrollments) returns text language sql immutable return
    case when (enrollment).includes_proctored then
      case when (enrollment).approved_at is null then (enrollment).onboarding else 'approved elsewhere' end end;

  create function count_enrollment() returns trigger language plpgsql as $$
  declare
    was text := case when tg_op <> 'INSERT' then list_part_of(old) end;
    is_now text := case when tg_op <> 'DELETE' then list_part_of(new) end;
  begin
    if tg_op = 'UPDATE' and was is not distinct from is_now
      and (old.username, old.names, old.domain) = (new.username, new.names, new.domain) then return null; end if;
    if was is not null then
      insert into list_counts (list, course_id, entries, username, part, domain)
      values ('learners', old.course_id, -1, old.username, was, old.domain);
    end if;
    if is_now is not null then
      insert into list_counts (list, course_id, entries, username, part, domain)
      values ('learners', new.course_id, 1, new.username, is_now, new.domain);
    end if;
    return null;
  end $$;
  create trigger counted after insert or update or delete on enrollments
    for each row execute function count_enrollment();
`;

// A list that changed is counted anew, as whoever counts sees it: what they do not see of it yet they see no change of, either.
const sums = `
  create function sums_of_list(listed text, course text) returns setof list_counts language sql stable as $$
    select listed, course, count(*), date_trunc('hour', created, 'UTC'), '', '', '', 0::bigint, true
      from attempt_groups where listed = 'attempts' and course_id = course
     group by date_trunc('hour', created, 'UTC')
    union all
    select listed || ' by domain', course, sum(groups)::bigint, '-infinity', '', '', domain, 0, true
      from attempt_learners where listed = 'attempts' and course_id = course group by domain
    union all
    select listed, course, count(*), '-infinity', first_of_block, part, '', 0, true
      from (select part, min(username) over (partition by block) as first_of_block
              from (select username, list_part_of(enrollments) as part,
                           (row_number() over (order by username) - 1) / 1000 as block
                      from enrollments
                     where listed = 'learners' and course_id = course and includes_proctored) as numbered) as placed
     group by first_of_block, part
    union all
    select listed || ' by domain', course, count(*), '-infinity', '', '', domain, 0, true
      from enrollments where listed = 'learners' and course_id = course and includes_proctored group by domain
  $$;

  -- A few changes are read with the sums sooner than a long list is counted.
  create function sum_list_counts(at_least bigint default 100) returns void language sql as $$
    select pg_advisory_xact_lock(hashtext('list_counts'));
    with changed as (
           select list, course_id from list_counts where not is_sum group by list, course_id having count(*) >= at_least),
         gone as (
           delete from list_counts using changed
            where list_counts.course_id = changed.course_id
              and list_counts.list in (changed.list, changed.list || ' by domain')
           returning changed.list, changed.course_id, changes),
         known as (
           insert into list_counts (list, course_id, entries, changes, is_sum)
           select list, course_id, 0, sum(changes), true from gone group by list, course_id)
    insert into list_counts select sums.* from changed, sums_of_list(list, course_id) sums
  $$;

  -- Also what is kept of learners: triggers are off while the read model is written anew.
  create function count_attempt_groups() returns void language sql as $$
    lock table attempt_learners in exclusive mode;
    delete from attempt_learners;
    insert into attempt_learners
    select course_id, user_id, min(called.names), min(called.domain), count(*)
      from attempt_groups join users on users.id = user_id, names_of(username, email) called group by course_id, user_id;
    insert into list_counts (list, course_id, entries)
    select 'attempts', course_id, 0 from attempt_groups
    union select 'attempts', course_id, 0 from list_counts where list = 'attempts';
    select sum_list_counts(0);
  $$;
  insert into list_counts (list, course_id, entries) select distinct 'learners', course_id, 0 from enrollments;
  select count_attempt_groups();
`;
