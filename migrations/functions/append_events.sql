-- The caller has read the heads before this transaction's first write, so before the transaction got its number. Otherwise
-- it might get a number, wait, and write a later version under a lower number: the order (transaction_id, position) would
-- contradict the stream's own. The caller sorts the heads. The error's detail lists every stream that moved on, every
-- repeated command and, unless "waits", every stream that another transaction holds. Answers the transaction, the time in
-- seconds since 1970, the positions in the order of the events, and the generation.
create or replace function append_events(
  heads text[], after bigint[], after_hash bytea[], new_version bigint[], new_hash bytea[],
  ids uuid[], streams_of text[], versions bigint[], types text[], schema_versions integer[], datas json[],
  metadatas json[], hashes bytea[], command_keys text[], command_answers json[], waits boolean
) returns text[] language plpgsql as $$
declare
  refused text[] := '{}';
  repeated text[];
  positions text[];
begin
  for i in 1 .. cardinality(heads) loop
    if after[i] = 0 then
      insert into streams values (heads[i], new_version[i], new_hash[i]) on conflict do nothing;
    elsif waits then
      update streams set version = new_version[i], head_hash = new_hash[i]
      where id = heads[i] and version = after[i] and head_hash = after_hash[i];
    else
      update streams set version = new_version[i], head_hash = new_hash[i]
      where ctid = (select ctid from streams where id = heads[i] and version = after[i] and head_hash = after_hash[i]
        for update skip locked);
    end if;
    if not found then
      refused := refused || heads[i];
    end if;
  end loop;
  if cardinality(command_keys) > 0 then
    with kept as (
      insert into commands (key, answer) select * from unnest(command_keys, command_answers)
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
    insert into events (id, stream, version, type, schema_version, data, metadata, hash)
    select e.* from unnest(ids, streams_of, versions, types, schema_versions, datas, metadatas, hashes) as e
    returning position
  )
  select array_agg(position::text) from inserted into positions;
  return array[pg_current_xact_id()::text, date_part('epoch', now()::timestamptz(3))::text] || positions
    || current_generation()::text;
end $$;
