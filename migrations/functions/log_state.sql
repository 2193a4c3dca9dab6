-- 'new': the log is empty. 'writable'. 'standby': the server is a standby. 'promoted': this server has another timeline than the newest
-- generation. 'copied': the newest generation was written by another server or in another database.
create or replace function log_state() returns table (
  state text, generation integer, log_id uuid, system_identifier text, database_oid oid, timeline text
) language sql volatile as $$
  select case
    when pg_is_in_recovery() then 'standby'
    when g.generation is null and not exists (select from events) then 'new'
    when (g.system_identifier, g.database_oid) is distinct from (s.system_identifier, s.database_oid) then 'copied'
    when g.timeline <> s.timeline then 'promoted'
    else 'writable' end,
    g.generation, g.log_id, s.system_identifier, s.database_oid, s.timeline
  from log_server() s
  left join (select * from log_generations order by generation desc limit 1) g on true
$$;
