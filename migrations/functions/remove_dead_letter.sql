create or replace function remove_dead_letter(name text, event uuid, lease text, lease_epoch bigint) returns boolean
language plpgsql as $$ begin
  perform holds_lease(lease, lease_epoch);
  perform pg_advisory_xact_lock(hashtextextended('dead letters ' || name, 0));
  delete from dead_letters d where d.follower = name and d.event_id = event;
  return found;
end $$;
