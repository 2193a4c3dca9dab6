-- Each event is written under this. A session remembers it together with the timeline: it may outlive a promotion.
create or replace function current_generation() returns integer language plpgsql as $$
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
