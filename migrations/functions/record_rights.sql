-- Records which users got or lost which rights, in the transaction that changes them.
-- "held" and "holds" are lists of {"user_id", "rights"}. The request is what the transaction set, if it came from one.
create or replace function record_rights(held jsonb, holds jsonb) returns void language plpgsql as $$
declare
  changed jsonb;
begin
  with
  old as (select user_id, name from jsonb_to_recordset(held) as item(user_id bigint, rights text[]), unnest(rights) as name),
  new as (select user_id, name from jsonb_to_recordset(holds) as item(user_id bigint, rights text[]), unnest(rights) as name),
  change as (
    select user_id, name, new.name is not null as is_gained from old full join new using (user_id, name)
     where old.name is null or new.name is null),
  by_user as (
    select user_id, jsonb_build_object('user_id', user_id,
        'gained', coalesce(jsonb_agg(name order by name) filter (where is_gained), '[]'),
        'lost', coalesce(jsonb_agg(name order by name) filter (where not is_gained), '[]')) as rights
      from change group by user_id)
  select jsonb_agg(rights order by user_id) from by_user into changed;
  if changed is null then
    return;
  end if;
  insert into access_log (action, outcome, request_id, token_id, user_id, objects, row_count, rights)
  values (
    coalesce(nullif(current_setting('access.action', true), ''), current_setting('application_name')),
    'done',
    nullif(current_setting('access.request_id', true), ''),
    nullif(current_setting('access.token_id', true), ''),
    nullif(current_setting('access.user_id', true), '')::bigint,
    array(select 'user:' || (item->>'user_id') from jsonb_array_elements(changed) as item),
    jsonb_array_length(changed),
    changed);
end $$;
