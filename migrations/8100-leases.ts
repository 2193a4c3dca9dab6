import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which process leads which task, and the fence that refuses the writes of a process that led before. */
export class Leases8100000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(leases);
    await runner.query(deadLetters);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.');
  }
}

// A lease that is given up is deleted, so epochs come from a sequence: an old one never comes back.
const leases = `
  create sequence lease_epochs;

  create table leases (
    name text primary key,
    epoch bigint not null,
    holder text not null,
    expires_at timestamptz not null
  ) with (fillfactor = 20);
  alter sequence lease_epochs owned by leases.epoch;
  grant select, insert, update, delete on leases to proctoring_app;
  grant usage on sequence lease_epochs to proctoring_app;

  -- The row is locked until the caller's transaction ends: nobody takes the lease over between this check and the write.
  -- Without a name the caller needs no lease.
  create function holds_lease(lease text, lease_epoch bigint) returns boolean language plpgsql as $$ begin
    if lease is null then
      return true;
    end if;
    perform from leases where name = lease and epoch = lease_epoch for share;
    if not found then
      raise exception 'another process leads % now', lease using errcode = 'LE409';
    end if;
    return true;
  end $$;
`;

// Each is one statement for its caller: a process that freezes half-way keeps no lock.
const deadLetters = `
  -- Dead-letters those of the events whose learner has dead letters. Answers these learners.
  create function dead_letter_waiting(
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

  create function remove_dead_letter(name text, event uuid, lease text, lease_epoch bigint) returns boolean
  language plpgsql as $$ begin
    perform holds_lease(lease, lease_epoch);
    perform pg_advisory_xact_lock(hashtextextended('dead letters ' || name, 0));
    delete from dead_letters d where d.follower = name and d.event_id = event;
    return found;
  end $$;
`;
