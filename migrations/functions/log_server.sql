-- Identifies one copy of the data. A standby has no timeline of its own yet.
-- A security definer function, because a managed server may deny pg_control_system to ordinary roles.
create or replace function log_server() returns table (system_identifier text, database_oid oid, timeline text)
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
  select c.system_identifier::text, d.oid,
    case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end
  from pg_control_system() c, pg_database d where d.datname = current_database()
$$;
