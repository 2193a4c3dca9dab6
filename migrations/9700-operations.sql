-- Tables of the operators' routes.

alter table checkpoints add column last_error text, add column last_error_at timestamptz;

-- How the service was. The worker adds a row each minute and keeps seven days. Without a row nobody looked.
create table health_records (
  at timestamptz(3) primary key default clock_timestamp(),
  -- Why requests could not be served; null when they could.
  problem text,
  quarantined_callbacks integer not null,
  oldest_transaction_seconds real not null,
  unwitnessed_seconds real not null
);
create table subscription_records (
  at timestamptz(3) references health_records on delete cascade,
  subscription text,
  waiting bigint not null,
  oldest_seconds real not null,
  dead_letters bigint not null,
  failures bigint not null,
  primary key (at, subscription)
);

-- Operators' requests to retry or skip dead letters. The API may only ask: the worker has the rights and does it.
create table dead_letter_actions (
  id bigint primary key generated always as identity,
  action text not null check (action in ('retry', 'skip')),
  subscription text not null,
  -- A retry has an ordering key, or null for all. A skip has an event and a reason.
  ordering_key text,
  event_id uuid,
  reason text,
  user_id bigint not null,
  request_id text,
  asked_at timestamptz(3) not null default clock_timestamp(),
  done_at timestamptz(3),
  -- The types of the events that were delivered or skipped.
  events text[] not null default '{}',
  error text
);
create index on dead_letter_actions (id) where done_at is null;

-- These find the newest deliveries of a provider and of mail.
create index on vendor_deliveries (provider, notified_at, event_id);
create index on mails (recorded_at, event_id);
