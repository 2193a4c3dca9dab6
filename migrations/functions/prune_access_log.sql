-- Deletes at most "most" entries that are older than "days", and answers how many. The service cannot delete other entries.
create or replace function prune_access_log(days integer, most integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  deleted bigint;
begin
  delete from access_log where id in (
    select id from access_log where at < clock_timestamp() - make_interval(days => greatest(days, 30)) order by at, id limit most);
  get diagnostics deleted = row_count;
  return deleted;
end $$;
