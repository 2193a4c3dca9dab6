-- The age in seconds of the oldest open transaction of the server. Readers of the log wait for it.
create or replace function oldest_transaction_age() returns double precision
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
  select coalesce(max(seconds), 0) from public.open_transactions()
$$;
