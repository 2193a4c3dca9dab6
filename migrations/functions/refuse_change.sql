-- Refuses changes by the owner, too, even while ordinary triggers are off.
create or replace function refuse_change() returns trigger language plpgsql as $$ begin
  raise exception '% is append-only: % is refused', tg_table_name, tg_op using errcode = 'insufficient_privilege';
end $$;

create or replace trigger append_only before update or delete or truncate on events for each statement
  execute function refuse_change();
alter table events enable always trigger append_only;

create or replace trigger append_only before update or delete or truncate on merkle_tiles for each statement
  execute function refuse_change();
alter table merkle_tiles enable always trigger append_only;
create or replace trigger append_only before update or delete or truncate on signed_checkpoints for each statement
  execute function refuse_change();
alter table signed_checkpoints enable always trigger append_only;
create or replace trigger append_only before update or delete or truncate on submission_receipts for each statement
  execute function refuse_change();
alter table submission_receipts enable always trigger append_only;
