-- A Merkle tree over the log (C2SP tlog-tiles). A tree is one life of it: leaf 0 says which tree of which log begins, and leaf
-- i is the i-th event of the log in its order. A new generation of the log begins a new tree (docs/audit.md).

-- The full tiles: 256 hashes each. Tiles of level 0 name the last event that they cover; others do not.
create table merkle_tiles (
  tree integer not null,
  level smallint not null,
  index bigint not null,
  hashes bytea not null check (length(hashes) = 8192),
  generation integer,
  xid xid8,
  position bigint,
  primary key (tree, level, index),
  check (level > 0 or (generation, xid, position) is not null)
);
create index on merkle_tiles (tree, generation, xid, position) where level = 0;
-- Hashes cannot be compressed.
alter table merkle_tiles alter hashes set storage external;

-- The end of each tree, and its leaf 0. "unfinished" has the hashes of the last tile of each level, the lowest level first. "generation", "xid"
-- and "position" are those of the last event.
create table merkle_state (
  tree integer primary key,
  log_id uuid not null,
  log_generation integer not null,
  first_leaf text not null,
  size bigint not null,
  root bytea not null,
  unfinished bytea[] not null,
  generation integer not null,
  xid xid8 not null,
  position bigint not null
) with (fillfactor = 20);
alter table merkle_state alter unfinished set storage external;

-- Signed notes of C2SP tlog-checkpoint. Further cosignatures of one are a new row.
create table signed_checkpoints (
  id bigint primary key generated always as identity,
  tree integer not null,
  size bigint not null,
  note text not null,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index on signed_checkpoints (tree, size, id);
