-- Each event is written under this. A session remembers the timeline on which it found the log writable: it may outlive a
-- promotion. The generation itself is read each time: a session can write what it remembers.
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
