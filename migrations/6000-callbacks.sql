-- The provider that sent a refused review, where it said so by a secret of its own.
alter table quarantined_callbacks add column provider text;

-- Numbers that providers' signed callbacks used once. Each is kept while a copy of its callback would be in time.
create table callback_nonces (
  provider text not null,
  nonce text not null,
  used_at timestamptz not null,
  primary key (provider, nonce)
);
create index on callback_nonces (used_at);
