create or replace function staff_rights_changed() returns trigger language plpgsql as $$
declare
  held jsonb;
  holds jsonb;
begin
  if tg_op <> 'INSERT' then
    select jsonb_agg(jsonb_build_object('user_id', user_id, 'rights', array[role || ' of ' || course_id]))
      from old_rows where is_active into held;
  end if;
  if tg_op <> 'DELETE' then
    select jsonb_agg(jsonb_build_object('user_id', user_id, 'rights', array[role || ' of ' || course_id]))
      from new_rows where is_active into holds;
  end if;
  if held is not null or holds is not null then
    perform record_rights(coalesce(held, '[]'), coalesce(holds, '[]'));
  end if;
  return null;
end $$;

create or replace trigger rights_given after insert on course_staff referencing new table as new_rows
  for each statement execute function staff_rights_changed();
create or replace trigger rights_changed after update on course_staff referencing old table as old_rows
  new table as new_rows for each statement execute function staff_rights_changed();
create or replace trigger rights_taken after delete on course_staff referencing old table as old_rows
  for each statement execute function staff_rights_changed();
