create or replace function make_append_only(partition regclass) returns void language plpgsql as $$ begin
  execute format('create trigger append_only before update or delete or truncate on %s for each statement
    execute function public.refuse_change()', partition);
  execute format('alter table %s enable always trigger append_only', partition);
end $$;
