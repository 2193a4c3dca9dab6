-- The log, its heads, the keys of repeated commands, and the state of those who read the log.

-- Stands here for the default of events.generation; functions/current_generation.sql replaces it.
create function current_generation() returns integer language plpgsql as $$ begin
  raise exception 'the database is not completely migrated';
end $$;

create table streams (
  id text primary key,
  version bigint not null,
  head_hash bytea not null
) with (fillfactor = 80);

create sequence events_position;

-- data and metadata are json, not jsonb: what was hashed is kept character by character, and costs less to write and read.
create table events (
  transaction_id xid8 not null default pg_current_xact_id(),
  position bigint not null default nextval('events_position'),
  id uuid not null,
  stream text not null,
  version bigint not null,
  type text not null,
  schema_version integer not null,
  data json not null,
  metadata json not null,
  recorded_at timestamptz(3) not null default now(),
  hash bytea not null,
  generation integer not null default current_generation()
) partition by range (position);
create index on events (generation, transaction_id, position);
-- These find the history of an attempt by its id and by its code, also after the attempt was removed.
create index attempt_creations on events (((data->>'attemptId')::bigint)) where type = 'AttemptCreated';
create index attempt_codes on events ((data->>'attemptCode')) where type = 'AttemptCreated';

create table commands (
  key text primary key,
  answer json not null,
  recorded_at timestamptz(3) not null default now()
);
create index on commands (recorded_at);

-- Each promotion, restore or move of the log's server begins a generation (ADR 28).
create table log_generations (
  generation integer primary key,
  log_id uuid not null,
  reason text not null,
  system_identifier text not null,
  database_oid oid not null,
  timeline text not null,
  skipped_positions bigint not null default 0,
  began_at timestamptz(3) not null default clock_timestamp()
);

create table checkpoints (
  name text primary key,
  xid xid8 not null,
  position bigint not null,
  updated_at timestamptz not null default now(),
  failures bigint not null default 0,
  generation integer not null default 1,
  stopped text
) with (fillfactor = 20);

create table dead_letters (
  follower text not null,
  learner text not null,
  xid xid8 not null,
  position bigint not null,
  event_id uuid not null,
  reason text not null,
  recorded_at timestamptz not null default now(),
  generation integer not null default 1,
  primary key (follower, generation, xid, position)
);
create index on dead_letters (follower, learner);

-- Says which process leads which task. A lease that is given up is deleted, so epochs come from a sequence: an old one
-- never comes back.
create sequence lease_epochs;
create table leases (
  name text primary key,
  epoch bigint not null,
  holder text not null,
  expires_at timestamptz not null
) with (fillfactor = 20);
alter sequence lease_epochs owned by leases.epoch;
