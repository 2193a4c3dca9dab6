-- Dead-letters the events whose learner (ordering key) has dead letters. Answers these learners.
create or replace function dead_letter_waiting(
  name text, learners text[], generations integer[], xids xid8[], positions bigint[], event_ids uuid[], why text,
  lease text, lease_epoch bigint
) returns text[] language plpgsql as $$
declare
  waiting text[];
begin
  perform holds_lease(lease, lease_epoch);
  perform pg_advisory_xact_lock(hashtextextended('dead letters ' || name, 0));
  select array_agg(distinct d.learner) from dead_letters d where d.follower = name and d.learner = any (learners) into waiting;
  insert into dead_letters (follower, learner, generation, xid, position, event_id, reason)
    select name, e.learner, e.generation, e.xid, e.position, e.id, why
    from unnest(learners, generations, xids, positions, event_ids) as e (learner, generation, xid, position, id)
    where e.learner = any (waiting)
    on conflict do nothing;
  return coalesce(waiting, '{}');
end $$;
