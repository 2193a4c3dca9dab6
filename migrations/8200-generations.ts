import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The generations of the log (ADR 28): each promotion, restore or move of its server begins one. */
export class Generations8200000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(generations);
    await runner.query(begin);
    await runner.query(order);
    await runner.query(append);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// log_server is a definer function: a managed server may keep pg_control_system from ordinary roles.
const generations = `
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
  grant select on log_generations to proctoring_app;

  -- What tells one copy of the data from another. A standby has no timeline of its own yet.
  create function log_server() returns table (system_identifier text, database_oid oid, timeline text)
  language sql volatile security definer set search_path = pg_catalog as $$
    select c.system_identifier::text, d.oid,
      case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end
    from pg_control_system() c, pg_database d where d.datname = current_database()
  $$;

  -- 'new': nothing was ever written. 'writable'. 'standby'. 'promoted': this server has another timeline than the newest
  -- generation. 'copied': the newest generation was written by another server or in another database.
  create function log_state() returns table (
    state text, generation integer, log_id uuid, system_identifier text, database_oid oid, timeline text
  ) language sql volatile as $$
    select case
      when pg_is_in_recovery() then 'standby'
      when g.generation is null and not exists (select from events) then 'new'
      when (g.system_identifier, g.database_oid) is distinct from (s.system_identifier, s.database_oid) then 'copied'
      when g.timeline <> s.timeline then 'promoted'
      else 'writable' end,
      g.generation, g.log_id, s.system_identifier, s.database_oid, s.timeline
    from log_server() s
    left join (select * from log_generations order by generation desc limit 1) g on true
  $$;
`;

// Ids that the lost end of the log gave out must not be given to others, so all sequences jump. A copy of the tables alone
// has sequences that are behind: then the highest id that the log or the table knows counts.
const begin = `
  create function highest_id(sequence regclass) returns bigint language plpgsql as $$
  declare
    field text := case sequence::text
      when 'exam_ids' then 'examId' when 'attempt_ids' then 'attemptId'
      when 'allowance_ids' then 'allowanceId' when 'review_policy_ids' then 'policyId' end;
    owner record;
    highest bigint;
  begin
    if sequence::text = 'events_position' then
      select max(position) into highest from events;
    elsif field is not null then
      select max((data->>field)::bigint) into highest from events where data->>field is not null;
    else
      select d.refobjid::regclass as table_name, a.attname as column_name into owner
      from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.objid = sequence and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i');
      execute format('select max(%I) from %s', owner.column_name, owner.table_name) into highest;
    end if;
    return coalesce(highest, 0);
  end $$;

  -- Answers the generation that it began; nothing when the log is not in the state that this is for.
  create function begin_generation(from_state text) returns setof log_generations
  language plpgsql security definer set search_path from current as $$
  declare
    ids_left_out constant bigint := 1000000;
    now_is record;
    each record;
    skipped bigint := 0;
    jumped bigint;
  begin
    perform pg_advisory_xact_lock(7061, 4);
    select * into now_is from log_state();
    if now_is.state <> from_state then
      return;
    end if;
    if from_state <> 'new' then
      for each in select format('%I', sequencename)::regclass as name, coalesce(last_value, 0) as last_value
                  from pg_sequences where schemaname = current_schema() loop
        jumped := greatest(each.last_value, case from_state when 'copied' then highest_id(each.name) else 0 end)
          + ids_left_out;
        perform setval(each.name, jumped);
        if each.name = 'events_position'::regclass then
          skipped := jumped - each.last_value;
        end if;
      end loop;
      perform create_event_partitions();
    end if;
    return query insert into log_generations
      (generation, log_id, reason, system_identifier, database_oid, timeline, skipped_positions)
      select coalesce(now_is.generation, (select max(e.generation) from events e), 0) + 1,
        coalesce(now_is.log_id, gen_random_uuid()), from_state,
        now_is.system_identifier, now_is.database_oid, now_is.timeline, skipped
      returning *;
  end $$;

  -- Each event is written under this. A session remembers it together with the timeline: it may outlive a promotion.
  create function current_generation() returns integer language plpgsql as $$
  declare
    known text := current_setting('proctoring.generation', true);
    now_is record;
  begin
    if pg_is_in_recovery() then
      raise exception 'the log cannot be written to' using errcode = 'EV503', detail = 'standby';
    end if;
    if left(known, 8) = left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) then
      return substr(known, 10)::integer;
    end if;
    select * into now_is from log_state();
    if now_is.state = 'new' then
      perform begin_generation('new');
      select * into now_is from log_state();
    end if;
    if now_is.state <> 'writable' then
      raise exception 'the log cannot be written to' using errcode = 'EV503', detail = now_is.state;
    end if;
    perform set_config('proctoring.generation', now_is.timeline || ' ' || now_is.generation, false);
    return now_is.generation;
  end $$;

  -- An id that an earlier generation did not give out.
  create function next_id(sequence regclass) returns bigint language plpgsql as $$ begin
    perform current_generation();
    return nextval(sequence);
  end $$;

  revoke execute on function log_server, begin_generation from public;
  grant execute on function log_server, begin_generation to proctoring_app;
`;

// A log whose transaction ids are ahead of the server's was copied to it: it must be adopted.
const order = `
  insert into log_generations (generation, log_id, reason, system_identifier, database_oid, timeline)
  select 1, gen_random_uuid(), 'new', case when exists (
      select from events where transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
    ) then 'unknown' else system_identifier end, database_oid, timeline
  from log_server() where exists (select from events);

  alter table events add column generation integer not null default 1;
  alter table events alter column generation set default current_generation();
  create index on events (generation, transaction_id, position);
  drop index events_transaction_id_position_idx;

  alter table checkpoints
    add column generation integer not null default 1,
    add column stopped text;
  alter table dead_letters
    add column generation integer not null default 1,
    drop constraint dead_letters_pkey,
    add primary key (follower, generation, xid, position);
`;

// As before, and the answer ends with the generation.
const append = `
  create or replace function append_events(
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
    return array[pg_current_xact_id()::text, date_part('epoch', now()::timestamptz(3))::text] || positions
      || current_generation()::text;
  end $$;
`;
