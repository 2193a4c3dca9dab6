-- Learner keys are reached through these functions alone. forget_learner destroys one.

-- No row: the learner has none yet. A row without a key: it was destroyed.
create or replace function learner_keys_of(people bigint[])
returns table (user_id bigint, key bytea, key_encryption_key text) language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
  select kept.user_id, kept.key, kept.key_encryption_key from public.learner_keys kept where kept.user_id = any (people)
$$;

-- Keeps the first one: neither a key nor the mark of a destroyed one is ever replaced.
create or replace function keep_learner_key(person bigint, new_key bytea, new_key_encryption_key text) returns void language sql
security definer set search_path = pg_catalog, public, pg_temp as $$
  insert into public.learner_keys (user_id, key, key_encryption_key) values (person, new_key, new_key_encryption_key)
    on conflict do nothing
$$;

create or replace function key_encryption_keys() returns setof text language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
  select distinct key_encryption_key from public.learner_keys where key is not null and key_encryption_key is not null
$$;

-- At most 500 keys that another key-encryption key wraps, or none.
create or replace function learner_keys_to_rewrap(newest text)
returns table (user_id bigint, key bytea, key_encryption_key text) language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
  select kept.user_id, kept.key, kept.key_encryption_key from public.learner_keys kept
   where kept.key is not null and kept.key_encryption_key is distinct from newest limit 500
$$;

create or replace function rewrap_learner_key(person bigint, old_key bytea, new_key bytea, newest text) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$ begin
  update public.learner_keys set key = new_key, key_encryption_key = newest where user_id = person and key = old_key;
  return found;
end $$;
