-- One event, and the answer of the command that led to it. A definer function: the service has no right to write to the log or
-- its heads, so nobody chooses an event's transaction, position, time or generation, or moves a head without its event.
create or replace function append_event(
  of_stream text, after bigint, after_hash bytea, new_id uuid, new_type text, new_schema_version integer, new_data json,
  new_metadata json, new_hash bytea, command_key text default null, command_answer json default null
) returns text[] language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  places text[];
begin
  if after = 0 then
    insert into public.streams values (of_stream, 1, new_hash);
  else
    update public.streams set version = version + 1, head_hash = new_hash
     where id = of_stream and version = after and head_hash = after_hash;
    if not found then
      raise exception '% has moved on', of_stream using errcode = 'EV409';
    end if;
  end if;
  if command_key is not null then
    insert into public.commands (key, answer) values (command_key, command_answer);
  end if;
  insert into public.events (stream, version, id, type, schema_version, data, metadata, hash)
  values (of_stream, after + 1, new_id, new_type, new_schema_version, new_data, new_metadata, new_hash)
  returning array[transaction_id::text, date_part('epoch', recorded_at)::text, position::text, generation::text] into places;
  return places;
end $$;
