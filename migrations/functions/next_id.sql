-- A new id, which no earlier generation has used.
create or replace function next_id(sequence regclass) returns bigint language plpgsql as $$ begin
  perform current_generation();
  return nextval(sequence);
end $$;
