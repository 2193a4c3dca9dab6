import type { Database } from '#connections';
import { type TreeHead, unverifiedTreeHead } from './signed-checkpoint.js';

/** A signed checkpoint as the database keeps it. `note` is its text with all signatures. */
export type SignedCheckpoint = { tree: number; note: string; head: TreeHead };

/** The newest signed checkpoint of a tree; without one, of the tree that has one and began last. */
export async function newestSignedCheckpoint(database: Database, tree?: number): Promise<SignedCheckpoint | undefined> {
  const { rows } = await database.read<{ tree: number; note: string }>({
    name: 'newest signed checkpoint',
    text: `select tree, note from signed_checkpoints
      where tree = coalesce($1, (select max(tree) from signed_checkpoints)) order by size desc, id desc limit 1`,
    values: [tree],
  });
  return rows[0] && { ...rows[0], head: unverifiedTreeHead(rows[0].note) };
}

/** All trees that have a signed checkpoint, the one that began last first, each with its newest one. */
export async function newestSignedCheckpoints(database: Database): Promise<SignedCheckpoint[]> {
  const { rows } = await database.query<{ tree: number; note: string }>(
    `select tree, note from merkle_state, lateral (
       select note from signed_checkpoints c where c.tree = merkle_state.tree order by size desc, id desc limit 1) newest
     order by tree desc`,
  );
  return rows.map((row) => ({ ...row, head: unverifiedTreeHead(row.note) }));
}
