-- A unique index cannot span partitions. Across partitions, the heads in table streams keep versions unique.
create or replace function create_event_partitions(ahead integer default 2) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  size constant bigint := 10000000;
  first bigint;
  partition text;
begin
  perform pg_advisory_xact_lock(7061, 2);
  first := (select last_value / size from public.events_position);
  for number in first .. first + least(ahead, 10) loop
    partition := 'events_' || number;
    continue when to_regclass('public.' || partition) is not null;
    execute format('create table public.%I (like public.events including defaults including constraints)', partition);
    execute format('create unique index on public.%I (stream, version)', partition);
    execute format('create unique index on public.%I (id)', partition);
    perform public.make_append_only(('public.' || partition)::regclass);
    -- To attach a partition, unlike to create it in place, does not block appends.
    execute format('alter table public.events attach partition public.%I for values from (%s) to (%s)',
      partition, number * size, (number + 1) * size);
  end loop;
end $$;
