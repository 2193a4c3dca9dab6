-- An id that an earlier generation did not give out.
create or replace function next_id(sequence regclass) returns bigint language plpgsql as $$ begin
  perform current_generation();
  return nextval(sequence);
end $$;
