-- How far an interrupted import from edx-proctoring came. Only the owner of the tables imports, so nobody else has a right.
create table import_progress (
  one boolean primary key default true check (one),
  last_user_id bigint not null,
  updated_at timestamptz not null default now()
);
