-- Who did what: every refusal, and every use of a right over other people's data. Ids only, no names of learners.
-- "at" is when the entry was written. "action" is a route with its parameters' names, or a command of operators.
create table access_log (
  id bigint primary key generated always as identity,
  at timestamptz(3) not null default clock_timestamp(),
  action text not null,
  outcome text not null,
  status smallint,
  request_id text,
  token_id text,
  user_id bigint,
  os_user text,
  operator text,
  objects text[] not null default '{}',
  row_count bigint,
  times integer not null default 1,
  rights jsonb
);
create index on access_log (at, id);
create index on access_log (user_id, at, id);
create index on access_log using gin (objects);

-- "source" is who sent a refused callback: a user, or a network address as a hash.
alter table quarantined_callbacks add column source text not null default '';
create index on quarantined_callbacks (source, external_id, id);
