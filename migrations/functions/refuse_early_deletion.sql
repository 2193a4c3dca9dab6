-- Refuses to delete entries that are not 30 days old, by the owner, too.
create or replace function refuse_early_deletion() returns trigger language plpgsql as $$ begin
  if old.at > clock_timestamp() - interval '30 days' then
    raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;

create or replace trigger append_only before update or truncate on access_log for each statement
  execute function refuse_change();
alter table access_log enable always trigger append_only;
create or replace trigger no_early_deletion before delete on access_log for each row
  execute function refuse_early_deletion();
alter table access_log enable always trigger no_early_deletion;
