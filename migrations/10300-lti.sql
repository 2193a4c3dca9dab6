-- The state of launches of LTI 1.3 tools, shared by all processes. Nothing here is in the log.

-- The name of a person at all tools. A retirement deletes it.
create table lti_subjects (
  user_id bigint primary key,
  sub uuid not null unique default gen_random_uuid()
);

-- A launch may be used once, for ten minutes, in the browser that began it.
create table lti_launches (
  hint text primary key,
  -- The browser's session.
  session text not null,
  user_id bigint not null,
  message text not null check (message in ('start', 'end', 'instructor')),
  generation_id bigint not null,
  -- Null for course staff.
  attempt_id bigint,
  at timestamptz not null,
  used_at timestamptz
);
create index on lti_launches (at);
create index on lti_launches (user_id);

-- The last launch of an attempt.
create table lti_proctorings (
  attempt_id bigint primary key,
  user_id bigint not null,
  generation_id bigint not null,
  session text not null,
  session_data text not null,
  launched_at timestamptz not null,
  -- When the tool said in this browser that the learner may begin.
  begun_at timestamptz,
  -- Until then the tool wants a message when the attempt ends.
  end_message_until timestamptz
);
create index on lti_proctorings (launched_at);
create index on lti_proctorings (user_id);

-- Assertions with which tools got tokens. Each may be used once.
create table lti_assertions (
  client_id text not null,
  jti text not null,
  until timestamptz not null,
  primary key (client_id, jti)
);
create index on lti_assertions (until);
