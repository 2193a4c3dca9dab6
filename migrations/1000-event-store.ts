import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log, its heads, the keys of repeated commands, and the state of the log's followers. */
export class EventStore implements MigrationInterface {
  readonly name = 'EventStore0000000001000';

  async up(db: QueryRunner) {
    await db.query(roles);
    await db.query(log);
    await db.query(appendOnly);
    await db.query(partitions);
    await db.query(append);
    await db.query(followers);
  }

  async down(): Promise<void> {
    throw new Error('The log is never undone.');
  }
}

// Roles belong to the whole server: another database of it may be making the same one right now.
const roles = `
  do $$ begin
    -- Asked first: a database's owner who may not make roles can be given this one beforehand.
    if not exists (select from pg_roles where rolname = 'proctoring_app') then
      begin
        create role proctoring_app nologin;
      exception when duplicate_object or unique_violation then null;
      end;
    end if;
    if not pg_has_role(current_user, 'proctoring_app', 'member') then
      begin
        execute format('grant proctoring_app to %I', current_user);
      exception when insufficient_privilege or internal_error then null; -- granted by someone else right now
      end;
    end if;
  end $$;
  grant usage on schema public to proctoring_app;
`;

// data and metadata are json, not jsonb: what was hashed is kept character by character, and costs less to write and read.
const log = `
  create function iso_time(at timestamptz) returns text language sql stable return
    to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

  create table streams (
    id text primary key,
    version bigint not null,
    head_hash bytea not null
  ) with (fillfactor = 80);

  create sequence events_position;

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
    hash bytea not null
  ) partition by range (position);
  create index on events (transaction_id, position);

  create table commands (
    key text primary key,
    answer json not null,
    recorded_at timestamptz(3) not null default now()
  );
`;

// Rights first, then triggers, which hold for the owner too and even where ordinary triggers are switched off.
const appendOnly = `
  grant select, insert, update on streams to proctoring_app;
  grant select, insert on commands to proctoring_app;
  grant select, insert on events to proctoring_app;
  grant usage on sequence events_position to proctoring_app;

  create function refuse_change() returns trigger language plpgsql as $$ begin
    raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
  end $$;

  create function make_append_only(partition regclass) returns void language plpgsql as $$ begin
    execute format('create trigger append_only before update or delete or truncate on %s for each statement
      execute function refuse_change()', partition);
    execute format('alter table %s enable always trigger append_only', partition);
  end $$;

  select make_append_only('events');
`;

// A unique index cannot span partitions; across them the heads in streams keep versions unique.
const partitions = `
  create function create_event_partitions(ahead integer default 2) returns void
  language plpgsql security definer set search_path from current as $$
  declare
    size constant bigint := 10000000;
    first bigint;
    partition text;
  begin
    perform pg_advisory_xact_lock(7061, 2);
    first := (select last_value / size from events_position);
    for number in first .. first + ahead loop
      partition := 'events_' || number;
      continue when to_regclass(partition) is not null;
      execute format('create table %I (like events including defaults including constraints)', partition);
      execute format('create unique index on %I (stream, version)', partition);
      execute format('create unique index on %I (id)', partition);
      perform make_append_only(partition::regclass);
      -- Attaching, unlike creating in place, lets appends go on.
      execute format('alter table events attach partition %I for values from (%s) to (%s)',
        partition, number * size, (number + 1) * size);
    end loop;
  end $$;
  revoke execute on function create_event_partitions from public;
  grant execute on function create_event_partitions to proctoring_app;

  select create_event_partitions();
`;

// Whoever appends has read the heads before its transaction's first write, so before the transaction got its number. Else
// it might get a number, wait, and write a later version under a lower number: the order (transaction_id, position) would
// contradict the stream's own. The caller sorts the heads, so that two appends never wait for each other. Answers the
// transaction, the time in seconds since 1970, and the positions in the order of the events.
const append = `
  create function refuse_append(stream text) returns bigint language plpgsql as $$ begin
    raise exception '% has moved on', stream using errcode = 'EV409';
  end $$;

  create function append_events(
    heads text[], after bigint[], after_hash bytea[], new_version bigint[], new_hash bytea[],
    ids uuid[], streams_of text[], versions bigint[], types text[], schema_versions integer[], datas json[],
    metadatas json[], hashes bytea[], command_keys text[], command_answers json[]
  ) returns text[] language plpgsql as $$
  declare
    positions text[];
  begin
    for i in 1 .. cardinality(heads) loop
      if after[i] = 0 then
        insert into streams values (heads[i], new_version[i], new_hash[i]);
      else
        update streams set version = new_version[i], head_hash = new_hash[i]
        where id = heads[i] and version = after[i] and head_hash = after_hash[i];
        if not found then
          perform refuse_append(heads[i]);
        end if;
      end if;
    end loop;
    with inserted as (
      insert into events (id, stream, version, type, schema_version, data, metadata, hash)
      select e.* from unnest(ids, streams_of, versions, types, schema_versions, datas, metadatas, hashes) as e
      returning position
    )
    select array_agg(position::text) from inserted into positions;
    if cardinality(command_keys) > 0 then
      insert into commands (key, answer) select * from unnest(command_keys, command_answers);
    end if;
    return array[pg_current_xact_id()::text, date_part('epoch', now()::timestamptz(3))::text] || positions;
  end $$;
`;

const followers = `
  create table checkpoints (
    name text primary key,
    xid xid8 not null,
    position bigint not null,
    updated_at timestamptz not null default now()
  );

  create table dead_letters (
    follower text not null,
    learner text not null,
    xid xid8 not null,
    position bigint not null,
    event_id uuid not null,
    reason text not null,
    recorded_at timestamptz not null default now(),
    primary key (follower, xid, position)
  );
  create index on dead_letters (follower, learner);
  grant select, insert, update, delete on checkpoints, dead_letters to proctoring_app;

  -- Followers wait for the oldest open transaction of the server, so its age in seconds is worth watching.
  create function oldest_transaction_age() returns double precision
  language sql security definer set search_path = pg_catalog as $$
    select coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)
    from pg_stat_activity where backend_xid is not null
  $$;
`;
