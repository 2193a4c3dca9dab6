-- Locks the row until the caller's transaction ends, so that no process takes the lease over between this check and the
-- write. Without a name it checks nothing.
create or replace function holds_lease(lease text, lease_epoch bigint) returns boolean language plpgsql as $$ begin
  if lease is null then
    return true;
  end if;
  perform from leases where name = lease and epoch = lease_epoch for share;
  if not found then
    raise exception 'another process leads % now', lease using errcode = 'LE409';
  end if;
  return true;
end $$;
