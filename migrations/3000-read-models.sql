-- What REST answers from. Every row is a fold of the log and can be rebuilt from it (`npm run rebuild`). A fillfactor leaves
-- room for updates in a row's own page: such an update touches one page and no index.

create sequence exam_ids;
create sequence attempt_ids;
create sequence allowance_ids;
create sequence review_policy_ids;

create table exams (
  id bigint primary key,
  course_id text not null,
  content_id text not null,
  external_id text,
  exam_name text not null,
  time_limit_mins bigint not null,
  due_date timestamptz,
  is_proctored boolean not null,
  is_practice_exam boolean not null,
  is_active boolean not null,
  hide_after_due boolean not null,
  backend text,
  review_policy_id bigint,
  review_policy text,
  constraint exam_is_unique_in_course unique (course_id, content_id)
);

create table attempts (
  id bigint primary key,
  exam_id bigint not null,
  user_id bigint not null,
  attempt_code text not null,
  external_id text,
  status text not null,
  taking_as_proctored boolean not null,
  is_sample_attempt boolean not null,
  review_policy_id bigint,
  started_at timestamptz,
  completed_at timestamptz,
  allowed_time_limit_mins bigint,
  is_status_acknowledged boolean not null,
  time_remaining_seconds bigint,
  is_resumable boolean not null,
  ready_to_resume boolean not null,
  resumed boolean not null,
  created timestamptz not null,
  modified timestamptz not null,
  expires_at timestamptz
) with (fillfactor = 80);
create index attempts_by_learner on attempts (user_id, exam_id, created);
create index attempts_by_exam on attempts (exam_id, created);
create index attempts_by_code on attempts (attempt_code);
create index attempts_by_external_id on attempts (external_id);
-- Not by status: a change of a column that an index looks at makes new entries in all indexes. Nine of ten changes of
-- status alone make none, as far as the page has room; a start and an end, which set expires_at, always do.
create index running_attempts on attempts (expires_at, id) where expires_at is not null;

create table allowances (
  id bigint primary key,
  exam_id bigint not null,
  user_id bigint not null,
  key text not null,
  value text,
  sealed text,
  created timestamptz not null,
  modified timestamptz not null,
  unique (exam_id, user_id, key)
);

-- A learner's attempts at an exam, oldest first. id is the stream they are in; attempt_id and created are the newest's.
create table attempt_groups (
  id text primary key,
  course_id text not null,
  exam_id bigint not null,
  user_id bigint not null,
  attempt_id bigint not null,
  created timestamptz not null,
  attempt_ids bigint[] not null,
  attempt_times timestamptz[] not null
) with (fillfactor = 80);
create index attempt_groups_of_course on attempt_groups (course_id, created desc, attempt_id);
create index attempt_groups_of_learner on attempt_groups (user_id, course_id);

-- Whose attempts a course has. A search looks at everybody once, not once for each group.
create table attempt_learners (
  course_id text not null,
  user_id bigint not null,
  names text collate "C" not null,
  primary key (course_id, user_id)
) with (fillfactor = 80);
create index attempt_learners_of_user on attempt_learners (user_id);
create index attempt_learners_by_names on attempt_learners using gin (names gin_trgm_ops);
