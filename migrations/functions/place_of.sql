create or replace function place_of(created timestamptz) returns text language sql stable return
  to_char(created at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
