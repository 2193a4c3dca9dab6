create or replace function name_enrollment() returns trigger language plpgsql as $$ begin
  select users.username, names_of(users.username, email) into new.username, new.names
    from users where id = new.user_id;
  return new;
end $$;

create or replace trigger named before insert on enrollments for each row execute function name_enrollment();
