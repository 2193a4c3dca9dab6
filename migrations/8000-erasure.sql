-- Learners' keys are wrapped by a key from outside the database. Null: it was kept before there were such keys.
alter table learner_keys add key_encryption_key text;

-- Which secrets from outside belong to this database: a start with another one is refused.
create table secret_fingerprints (
  name text primary key,
  fingerprint text not null
);

-- What a retirement destroyed, signed. It outlives the learner and holds no personal data but the id.
create table erasure_certificates (
  user_id bigint not null,
  at timestamptz not null,
  certificate text not null,
  primary key (user_id, at)
);
