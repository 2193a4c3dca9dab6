-- The lost end of the log may have used ids, so all sequences jump ahead. Only the owner can adopt a copy.
-- Answers the new generation; nothing when the log is not in state from_state.
create or replace function begin_generation(from_state text) returns setof log_generations
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  ids_left_out constant bigint := 1000000;
  now_is record;
  each record;
  skipped bigint := 0;
  jumped bigint;
begin
  if from_state = 'copied' and not pg_has_role(session_user, current_user, 'member') then
    raise exception 'only the owner of the log adopts a copy' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(7061, 4);
  select * into now_is from public.log_state();
  if now_is.state <> from_state then
    return;
  end if;
  if from_state <> 'new' then
    for each in select format('public.%I', sequencename)::regclass as name, coalesce(last_value, 0) as last_value
                from pg_sequences where schemaname = 'public' loop
      jumped := greatest(each.last_value, case from_state when 'copied' then public.highest_id(each.name) else 0 end)
        + ids_left_out;
      perform setval(each.name, jumped);
      if each.name = 'public.events_position'::regclass then
        skipped := jumped - each.last_value;
      end if;
    end loop;
    perform public.create_event_partitions();
  end if;
  return query insert into public.log_generations
    (generation, log_id, reason, system_identifier, database_oid, timeline, skipped_positions)
    select coalesce(now_is.generation, (select max(e.generation) from public.events e), 0) + 1,
      coalesce(now_is.log_id, gen_random_uuid()), from_state,
      now_is.system_identifier, now_is.database_oid, now_is.timeline, skipped
    returning *;
end $$;
