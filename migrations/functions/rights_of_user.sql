-- A user's groups are rights only if they are groups of reviewers. The names of others may be any text, and the access
-- log is kept.
create or replace function rights_of_user(is_staff boolean, is_superuser boolean, is_active boolean, groups text[])
returns text[] language sql immutable as $$
  select case when is_active then
      array_remove(array[case when is_staff then 'staff' end, case when is_superuser then 'superuser' end], null)
      || array(select 'group ' || name from unnest(groups) as name where name like '%\_review')
    else '{}' end
$$;
