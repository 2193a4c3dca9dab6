-- The decision time by the clock of the database. Tests replace this to move or stop the time; only the owner can do so.
create or replace function decision_time(at timestamptz) returns timestamptz language sql stable as 'select at';
