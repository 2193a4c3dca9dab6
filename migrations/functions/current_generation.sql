-- The generation of new events. A session caches the timeline on which the log was writable, because the session may outlive
-- a promotion. It reads the generation each time, because a client can change cached settings.
create or replace function current_generation() returns integer language plpgsql as $$
declare
  now_is record;
begin
  if pg_is_in_recovery() then
    raise exception 'the log cannot be written to' using errcode = 'EV503', detail = 'standby';
  end if;
  if current_setting('proctoring.timeline', true) = left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) then
    return (select generation from log_generations order by generation desc limit 1);
  end if;
  select * into now_is from log_state();
  if now_is.state = 'new' then
    perform begin_generation('new');
    select * into now_is from log_state();
  end if;
  if now_is.state <> 'writable' then
    raise exception 'the log cannot be written to' using errcode = 'EV503', detail = now_is.state;
  end if;
  perform set_config('proctoring.timeline', now_is.timeline, false);
  return now_is.generation;
end $$;
