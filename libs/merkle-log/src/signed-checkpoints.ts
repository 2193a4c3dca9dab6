import type { Database } from '#connections';
import { type TreeHead, unverifiedTreeHead } from './signed-checkpoint.js';

/**
 * A signed checkpoint as the database keeps it. `note` is its text with all signatures, `witnesses` are the verifier keys of
 * those who cosigned it.
 */
export type SignedCheckpoint = { tree: number; note: string; head: TreeHead; witnesses: string[] };

type Row = Omit<SignedCheckpoint, 'head'>;

export const signedCheckpointOf = (row: Row): SignedCheckpoint => ({ ...row, head: unverifiedTreeHead(row.note) });

/** The newest signed checkpoint of a tree; without one, of the tree that has one and began last. */
export async function newestSignedCheckpoint(database: Database, tree?: number): Promise<SignedCheckpoint | undefined> {
  const { rows } = await database.read<Row>({
    name: 'newest signed checkpoint',
    text: `select tree, note, witnesses from signed_checkpoints
      where tree = coalesce($1, (select max(tree) from signed_checkpoints)) order by size desc, id desc limit 1`,
    values: [tree],
  });
  return rows[0] && signedCheckpointOf(rows[0]);
}

/** All trees that have a signed checkpoint, the one that began last first, each with its newest one. */
export async function newestSignedCheckpoints(database: Database): Promise<SignedCheckpoint[]> {
  const { rows } = await database.query<Row>(
    `select tree, note, witnesses from merkle_state, lateral (
       select note, witnesses from signed_checkpoints c
        where c.tree = merkle_state.tree order by size desc, id desc limit 1) newest
     order by tree desc`,
  );
  return rows.map(signedCheckpointOf);
}

export async function signedAt(database: Database, { tree, head, note }: SignedCheckpoint): Promise<string> {
  const text = `select iso_time(min(created_at)) as at from signed_checkpoints
    where tree = $1 and size = $2 and note = $3`;
  return (await database.query<{ at: string }>(text, [tree, head.size, note])).rows[0]!.at;
}
