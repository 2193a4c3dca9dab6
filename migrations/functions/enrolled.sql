create or replace function enrolled() returns trigger language plpgsql as $$ begin
  perform keep_onboarding(array(select distinct user_id from made));
  return null;
end $$;

create or replace trigger enrolled after insert on enrollments
  referencing new table as made for each statement execute function enrolled();
