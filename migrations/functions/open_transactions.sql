-- The transactions that readers of the log wait for: open and prepared ones, in all databases of the server.
create or replace function open_transactions()
returns table (database text, pid integer, gid text, application text, seconds double precision)
language sql security definer set search_path = pg_catalog, pg_temp as $$
  select datname, pid, null, application_name, extract(epoch from clock_timestamp() - xact_start)
    from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
  union all
  select database, null, gid, null, extract(epoch from clock_timestamp() - prepared) from pg_prepared_xacts
  order by 5 desc
$$;
