-- What passes between this service and others: proctoring providers, Kafka, mail, HTTP clients.

-- Reviews that could not be understood. Without a user nobody knows whose it is. Bodies are encrypted.
create table quarantined_callbacks (
  id bigint primary key generated always as identity,
  route text not null,
  external_id text,
  user_id bigint,
  body text not null,
  digest bytea not null unique,
  reason text not null,
  times integer not null default 1,
  received_at timestamptz not null default now()
);

-- Attempts that a provider knows and the log does not yet: those that stay are removed at the provider.
create table unclaimed_registrations (
  provider text not null,
  attempt_external_id text not null,
  exam_external_id text,
  recorded_at timestamptz not null default now(),
  primary key (provider, attempt_external_id)
);

-- Events of the current batch that a provider has got, so that a repeated batch does not send them again.
create table vendor_deliveries (
  provider text not null,
  event_id uuid not null,
  primary key (provider, event_id)
);

create table vendor_circuits (
  provider text primary key,
  state text not null,
  since timestamptz not null default now()
) with (fillfactor = 20);

-- Which providers have said that they deleted a learner. Ids only. `backend` as the exam has it; '' where it names none.
create table vendor_retirements (
  user_id bigint,
  backend text,
  told_at timestamptz not null default now(),
  primary key (user_id, backend)
);

-- What became of the mail that an event led to: no event is mailed twice. Ids only.
create table mails (
  event_id uuid primary key,
  outcome text not null,
  recorded_at timestamptz not null default now()
);

-- Which message of which event is where in Kafka.
create table deliveries (
  event_id uuid,
  topic text,
  partition integer,
  "offset" bigint,
  ce_id text not null,
  published_at timestamptz not null default now(),
  primary key (event_id, topic, partition, "offset")
);

-- The Idempotency-Keys of HTTP requests, each with the one request that may use it. They and the commands' answers are pruned.
create table idempotency_keys (
  -- A hash of the caller and the key.
  key text primary key,
  -- A hash of the whole request: caller, key, method, path and body. It is also the key in commands.
  fingerprint text not null,
  -- Until then one request does the work and others are refused. Null: no request runs.
  running_until timestamptz,
  -- Null until the request succeeded.
  answer json,
  recorded_at timestamptz(3) not null default now()
);
create index on idempotency_keys (recorded_at);
