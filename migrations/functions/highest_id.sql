-- In a copy of the tables alone the sequences are behind. So this answers the highest id in the log or the table.
create or replace function highest_id(sequence regclass) returns bigint language plpgsql as $$
declare
  field text := case sequence::text
    when 'exam_ids' then 'examId' when 'attempt_ids' then 'attemptId'
    when 'allowance_ids' then 'allowanceId' when 'review_policy_ids' then 'policyId' end;
  owner record;
  highest bigint;
begin
  if sequence::text = 'events_position' then
    select max(position) into highest from events;
  elsif field = 'examId' then
    -- A later generation of an exam has an id of the same sequence.
    select max(greatest((data->>'examId')::bigint, (data->>'generationId')::bigint)) into highest from events
    where data->>field is not null;
  elsif field is not null then
    select max((data->>field)::bigint) into highest from events where data->>field is not null;
  else
    select d.refobjid::regclass as table_name, a.attname as column_name into owner
    from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.objid = sequence and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i');
    execute format('select max(%I) from %s', owner.column_name, owner.table_name) into highest;
  end if;
  return coalesce(highest, 0);
end $$;
