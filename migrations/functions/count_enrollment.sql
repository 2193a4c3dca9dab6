create or replace function count_enrollment() returns trigger language plpgsql as $$
declare
  was text := case when tg_op <> 'INSERT' then list_part_of(old) end;
  is_now text := case when tg_op <> 'DELETE' then list_part_of(new) end;
begin
  if tg_op = 'UPDATE' and was is not distinct from is_now
    and (old.username, old.names) = (new.username, new.names) then return null; end if;
  insert into list_changes (list, course_id, entries, place, part, names)
  select 'learners', coalesce(new.course_id, old.course_id), change.*
    from (values (-1, old.username, was, old.names), (1, new.username, is_now, new.names))
      as change(entries, place, part, names) where part is not null;
  return null;
end $$;

create or replace trigger counted after insert or update or delete on enrollments
  for each row execute function count_enrollment();
