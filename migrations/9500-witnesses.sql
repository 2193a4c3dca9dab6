-- The verifier keys of the witnesses whose cosignatures the note has.
alter table signed_checkpoints add column witnesses text[] not null default '{}';
create index on signed_checkpoints (tree, size, id) where witnesses <> '{}';
