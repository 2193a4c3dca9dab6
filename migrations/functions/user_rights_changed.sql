create or replace function user_rights_changed() returns trigger language plpgsql as $$
declare
  held jsonb;
  holds jsonb;
begin
  if tg_op <> 'INSERT' then
    select jsonb_agg(jsonb_build_object('user_id', id, 'rights', rights_of_user(is_staff, is_superuser, is_active, groups)))
      from old_rows where is_staff or is_superuser or groups <> '{}' into held;
  end if;
  if tg_op <> 'DELETE' then
    select jsonb_agg(jsonb_build_object('user_id', id, 'rights', rights_of_user(is_staff, is_superuser, is_active, groups)))
      from new_rows where is_staff or is_superuser or groups <> '{}' into holds;
  end if;
  if held is not null or holds is not null then
    perform record_rights(coalesce(held, '[]'), coalesce(holds, '[]'));
  end if;
  return null;
end $$;

create or replace trigger rights_given after insert on users referencing new table as new_rows
  for each statement execute function user_rights_changed();
create or replace trigger rights_changed after update on users referencing old table as old_rows new table as new_rows
  for each statement execute function user_rights_changed();
create or replace trigger rights_taken after delete on users referencing old table as old_rows
  for each statement execute function user_rights_changed();
