-- A retired person stays without a name over every way in: roster, token, event bus, operators. A destroyed key says who is
-- retired. It holds no personal data, so it stays.
create or replace function is_retired(person bigint) returns boolean language sql stable
security definer set search_path = pg_catalog, public, pg_temp as $$
  select exists (select from public.learner_keys where user_id = person and key is null)
$$;

create or replace function keep_retired() returns trigger language plpgsql as $$ begin
  if is_retired(new.id) then
    new.username := 'retired user ' || new.id;
    new.email := '';
    new.full_name := '';
    new.is_staff := false;
    new.is_superuser := false;
    new.is_active := false;
    new.groups := '{}';
  end if;
  return new;
end $$;

create or replace trigger keep_retired before insert or update on users for each row execute function keep_retired();

create or replace function skip_retired() returns trigger language plpgsql as $$ begin
  return case when is_retired(new.user_id) then null else new end;
end $$;

-- Triggers run in the order of their names: this one before `named`, so that it ends the work for retired people.
create or replace trigger a_skip_retired before insert on enrollments for each row execute function skip_retired();
create or replace trigger a_skip_retired before insert on course_staff for each row execute function skip_retired();
create or replace trigger a_skip_retired before insert on verified_names for each row execute function skip_retired();
create or replace trigger a_skip_retired before insert on credit_statuses for each row execute function skip_retired();
create or replace trigger a_skip_retired before insert on dates for each row execute function skip_retired();
create or replace trigger a_skip_retired before insert on schedules for each row execute function skip_retired();
