-- When a learner's page last polled an attempt. Not in the log, and not durable: a crash empties it, and the next polls fill it
-- again. At most one write a minute and attempt.
create unlogged table attempt_polls (
  attempt_id bigint primary key,
  user_id bigint not null,
  polled_at timestamptz not null,
  recorded_at timestamptz not null default now()
) with (fillfactor = 50);

-- Paused attempts have no expires_at, so the index of running attempts lacks them.
create index paused_attempts on attempts (exam_id) where paused_at is not null;
