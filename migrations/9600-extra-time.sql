-- Extra time and pauses of running attempts.
alter table attempts
  add extra_seconds bigint not null default 0,
  add paused_at timestamptz,
  add paused_ms bigint not null default 0;
