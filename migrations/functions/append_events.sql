-- Any number of events in any number of streams. A definer function, for the reason that append_event says: versions and heads
-- follow from the events. "head_of" says for each event the number of its stream's head.
-- The caller has read the heads before this transaction's first write, so before the transaction got its number. Otherwise
-- it might get a number, wait, and write a later version under a lower number: the order (transaction_id, position) would
-- contradict the stream's own. The caller sorts the heads. The error's detail lists every stream that moved on, every
-- repeated command and, unless "waits", every stream that another transaction holds. Answers the transaction, the time in
-- seconds since 1970, the positions in the order of the events, and the generation.
create or replace function append_events(
  heads text[], after bigint[], after_hash bytea[], head_of integer[], ids uuid[], types text[], schema_versions integer[],
  datas json[], metadatas json[], hashes bytea[], command_keys text[], command_answers json[], waits boolean
) returns text[] language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  generation constant integer := public.current_generation();
  versions bigint[];
  new_version bigint[] := after;
  new_hash bytea[] := after_hash;
  refused text[] := '{}';
  repeated text[];
  positions text[];
begin
  for i in 1 .. cardinality(ids) loop
    versions[i] := new_version[head_of[i]] + 1;
    new_version[head_of[i]] := versions[i];
    new_hash[head_of[i]] := hashes[i];
  end loop;
  for i in 1 .. cardinality(heads) loop
    if new_version[i] = after[i] then
      raise exception 'no event of % is given', heads[i] using errcode = 'data_exception';
    elsif after[i] = 0 then
      insert into public.streams values (heads[i], new_version[i], new_hash[i]) on conflict do nothing;
    elsif waits then
      update public.streams set version = new_version[i], head_hash = new_hash[i]
      where id = heads[i] and version = after[i] and head_hash = after_hash[i];
    else
      update public.streams set version = new_version[i], head_hash = new_hash[i]
      where ctid = (select ctid from public.streams where id = heads[i] and version = after[i] and head_hash = after_hash[i]
        for update skip locked);
    end if;
    if not found then
      refused := refused || heads[i];
    end if;
  end loop;
  if cardinality(command_keys) > 0 then
    with kept as (
      insert into public.commands (key, answer) select * from unnest(command_keys, command_answers)
      on conflict do nothing returning key
    )
    select array_agg('key ' || key) from unnest(command_keys) as key where key not in (select kept.key from kept)
    into repeated;
    refused := refused || repeated;
  end if;
  if cardinality(refused) > 0 then
    raise exception 'Other appends were faster: %', refused using errcode = 'EV409', detail = to_json(refused);
  end if;
  with inserted as (
    insert into public.events (stream, id, version, type, schema_version, data, metadata, hash, generation)
    select heads[head], id, version, type, schema_version, data, metadata, hash, generation
      from unnest(head_of, ids, versions, types, schema_versions, datas, metadatas, hashes)
        as event (head, id, version, type, schema_version, data, metadata, hash)
    returning position
  )
  select array_agg(position::text) from inserted into positions;
  return array[pg_current_xact_id()::text, date_part('epoch', now()::timestamptz(3))::text] || positions || generation::text;
end $$;
