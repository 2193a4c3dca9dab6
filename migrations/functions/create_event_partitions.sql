-- A unique index cannot span partitions; across them the heads in streams keep versions unique.
create or replace function create_event_partitions(ahead integer default 2) returns void
language plpgsql security definer set search_path from current as $$
declare
  size constant bigint := 10000000;
  first bigint;
  partition text;
begin
  perform pg_advisory_xact_lock(7061, 2);
  first := (select last_value / size from events_position);
  for number in first .. first + ahead loop
    partition := 'events_' || number;
    continue when to_regclass(partition) is not null;
    execute format('create table %I (like events including defaults including constraints)', partition);
    execute format('create unique index on %I (stream, version)', partition);
    execute format('create unique index on %I (id)', partition);
    perform make_append_only(partition::regclass);
    -- Attaching, unlike creating in place, lets appends go on.
    execute format('alter table events attach partition %I for values from (%s) to (%s)',
      partition, number * size, (number + 1) * size);
  end loop;
end $$;
