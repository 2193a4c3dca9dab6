create or replace function refuse_append(stream text) returns bigint language plpgsql as $$ begin
  raise exception '% has moved on', stream using errcode = 'EV409';
end $$;
