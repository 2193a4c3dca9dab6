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

// To count 100,000 rows takes longer than to show a page of them, and to skip them, too. Of each text that many names have,
// sums say how many entries of the list have it in each block of it, from a place on; of '' they count all. One row with the
// number would be where all writers of a course wait for each other, so each change since adds a row of its own, which says
// where in the list it is and whose, and the worker puts new sums in the place of many. Parts are what a list can be narrowed
// to and counted by itself: of a course's learners, those whose onboarding is at the same point.
const counts = `
  create table list_sums (
    list text not null,
    course_id text not null,
    part text not null,
    text text collate "C" not null,
    places text[] collate "C" not null,
    entries int[] not null,
    primary key (list, course_id, part, text)
  );
  create table list_changes (
    list text not null,
    course_id text not null,
    entries int not null,
    place text collate "C" not null default '',
    part text not null default '',
    names text collate "C" not null default ''
  );
  create index list_changes_by_course on list_changes (list, course_id);
  grant select, insert, delete on list_sums, list_changes to proctoring_app;
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
    primary key (course_id, user_id)
  );
  create index attempt_learners_of_user on attempt_learners (user_id);
  create index attempt_learners_by_names on attempt_learners using gin (names gin_trgm_ops);
  grant select, insert, update, delete on attempt_learners to proctoring_app;

  create function place_of(created timestamptz) returns text language sql stable return
    to_char(created at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

  create function count_attempt_group() returns trigger language plpgsql as $$
  declare
    called text;
  begin
    if tg_op = 'UPDATE' and new.created = old.created then return null; end if;
    -- Whoever renames the learner meanwhile waits, and then finds this group; or has, and this has the new name.
    select names into called from attempt_learners
     where course_id = coalesce(new.course_id, old.course_id) and user_id = coalesce(new.user_id, old.user_id) for share;
    if tg_op = 'INSERT' and not found then
      select names_of(username, email) into called from users where id = new.user_id for share;
      insert into attempt_learners select new.course_id, new.user_id, called where called is not null
        on conflict do nothing;
    end if;
    insert into list_changes (list, course_id, entries, place, names)
    select 'attempts', coalesce(new.course_id, old.course_id), change.entries, place_of(at), coalesce(called, '')
      from (values (-1, old.created), (1, new.created)) as change(entries, at) where at is not null;
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
  create index enrollments_by_onboarding on enrollments (course_id, onboarding, username)
    include (user_id, mode, approved_at) where includes_proctored;
  create index enrollments_approved_elsewhere on enrollments (course_id, approved_at) include (onboarding, username)
    where includes_proctored and approved_at is not null;
  create index enrollments_by_names on enrollments using gin (names gin_trgm_ops);

  create function name_enrollment() returns trigger language plpgsql as $$ begin
    select users.username, names_of(users.username, email) into new.username, new.names
      from users where id = new.user_id;
    return new;
  end $$;
  create trigger named before insert on enrollments for each row execute function name_enrollment();

  create function name_in_lists() returns trigger language plpgsql as $$
  declare
    was text := case when tg_op = 'UPDATE' then names_of(old.username, old.email) else '' end;
    called text := names_of(new.username, new.email);
  begin
    if tg_op = 'UPDATE' and new.username = old.username and new.email = old.email then return null; end if;
    update enrollments set username = new.username, names = called where user_id = new.id;
    update attempt_learners set names = called where user_id = new.id;
    insert into attempt_learners select distinct course_id, new.id, called from attempt_groups where user_id = new.id
      on conflict do nothing;
    insert into list_changes (list, course_id, entries, place, names)
    select 'attempts', course_id, change.entries, place_of(created), change.names
      from attempt_groups, (values (-1, was), (1, called)) as change(entries, names) where user_id = new.id;
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
      and (old.username, old.names) = (new.username, new.names) then return null; end if;
    insert into list_changes (list, course_id, entries, place, part, names)
    select 'learners', coalesce(new.course_id, old.course_id), change.*
      from (values (-1, old.username, was, old.names), (1, new.username, is_now, new.names))
        as change(entries, place, part, names) where part is not null;
    return null;
  end $$;
  create trigger counted after insert or update or delete on enrollments
    for each row execute function count_enrollment();
`;

// A list without sums is looked at as a whole; the worker sums it up as soon as it has a change.
const sums = `
  -- Also what is kept of learners: triggers are off while the read model is written anew.
  create function count_attempt_groups() returns void language sql as $$
    lock table attempt_learners, list_sums in exclusive mode;
    delete from attempt_learners;
    insert into attempt_learners
    select distinct course_id, user_id, names_of(username, email) from attempt_groups join users on users.id = user_id;
    delete from list_sums where list = 'attempts';
    insert into list_changes (list, course_id, entries) select distinct 'attempts', course_id, 0 from attempt_groups;
  $$;
  insert into list_changes (list, course_id, entries) select distinct 'learners', course_id, 0 from enrollments;
  select count_attempt_groups();
`;
