import type { Database } from '#connections';
import { type Checkpoint, logOrder } from '#event-store';
import { type Logged, leafOf } from './leaf.js';
import { newestSignedCheckpoints, type SignedCheckpoint } from './signed-checkpoints.js';
import { proofText } from './tlog-proof.js';
import { inclusionProofs, tileWidth } from './tree.js';
import { tileReader } from './tree-state.js';

/** The proof that an event is in the log. `text` is in the form of C2SP tlog-proof; `leaf` is what it proves. */
export type EventProof = SignedCheckpoint & { index: number; leaf: string; text: string };

/** The indexes of the events' leaves in a tree. One may be more than the tree's size: then the tree does not have it yet. */
export async function indexesOf(database: Database, events: readonly Checkpoint[], tree: number): Promise<number[]> {
  const { rows } = await database.read<{ tiles: number; rank: number }>({
    name: 'indexes of events',
    // The tiles before the event's own, and the events from there to the event.
    text: `
      select tiles::float, rank::float
        from unnest($2::integer[], $3::xid8[], $4::bigint[]) with ordinality as event (generation, xid, position, number),
        lateral (
          select * from (
            select index + 1 as tiles, generation, xid, position from merkle_tiles
             where tree = $1 and level = 0 and (generation, xid, position) < (event.generation, event.xid, event.position)
             order by generation desc, xid desc, position desc limit 1) before
          union all select 0, 0, '0', 0 limit 1) last,
        lateral (
          select count(*) as rank from events e
           where (${logOrder}) > (last.generation, last.xid, last.position)
             and (${logOrder}) <= (event.generation, event.xid, event.position)) counted
       order by number`,
    values: [
      tree,
      events.map(({ generation }) => generation),
      events.map(({ xid }) => xid),
      events.map(({ position }) => position),
    ],
  });
  // Leaf 0 is no event.
  return rows.map(({ tiles, rank }) => (tiles === 0 ? rank : tiles * tileWidth + rank - 1));
}

/**
 * The proof of each event under the newest signed checkpoint that covers it; undefined when there is none yet. An event that was
 * changed has a proof that does not verify.
 */
export async function proofsOf(database: Database, events: readonly Logged[]): Promise<(EventProof | undefined)[]> {
  return proofsUnder(database, await newestSignedCheckpoints(database), events);
}

/** The same under the first of these checkpoints that covers the event. */
export async function proofsUnder(
  database: Database,
  checkpoints: readonly SignedCheckpoint[],
  events: readonly Logged[],
): Promise<(EventProof | undefined)[]> {
  const proofs = new Map<Logged, EventProof>();
  for (const checkpoint of checkpoints) {
    const left = events.filter((event) => !proofs.has(event));
    if (left.length === 0) break;
    const { tree, note, head } = checkpoint;
    const indexes = await indexesOf(database, left, tree);
    const covered = left.flatMap((event, at) => (indexes[at]! < head.size ? [{ event, index: indexes[at]! }] : []));
    const paths = await inclusionProofs(
      covered.map(({ index }) => index),
      head.size,
      tileReader(database, tree),
    );
    for (const [at, { event, index }] of covered.entries()) {
      const text = proofText({ index, hashes: paths[at]!, checkpoint: note });
      proofs.set(event, { ...checkpoint, index, leaf: leafOf(event), text });
    }
  }
  return events.map((event) => proofs.get(event));
}
