import type { Database } from '#connections';
import { type Checkpoint, logOrder, positionValues, type RecordedEvent } from '#event-store';
import { leafOf } from './leaf.js';
import { newestSignedCheckpoints, type SignedCheckpoint } from './signed-checkpoints.js';
import { proofText } from './tlog-proof.js';
import { inclusionProof, tileWidth } from './tree.js';
import { tileReader } from './tree-state.js';

/** The proof that an event is in the log. `text` is in the form of C2SP tlog-proof; `leaf` is what it proves. */
export type EventProof = SignedCheckpoint & { index: number; leaf: string; text: string };

/** The index of an event's leaf in a tree. It may be more than the tree's size: then the tree does not have it yet. */
export async function indexOf(database: Database, event: Checkpoint, tree: number): Promise<number> {
  const { rows } = await database.read<{ tiles: number; rank: number }>({
    name: 'index of event',
    // The tiles before the event's own, and the events from there to the event.
    text: `
      with before as (
        select index + 1 as tiles, generation, xid, position from merkle_tiles
        where tree = $1 and level = 0 and (generation, xid, position) < ($2::integer, $3::xid8, $4::bigint)
        order by generation desc, xid desc, position desc limit 1
      ), last as (select * from before union all select 0, 0, '0', 0 limit 1)
      select tiles::float, (
          select count(*) from events e
          where (${logOrder}) > (last.generation, last.xid, last.position)
            and (${logOrder}) <= ($2::integer, $3::xid8, $4::bigint))::float as rank
        from last`,
    values: [tree, ...positionValues(event)],
  });
  const { tiles, rank } = rows[0]!;
  // Leaf 0 is no event.
  return tiles === 0 ? rank : tiles * tileWidth + rank - 1;
}

/**
 * The proof of an event under the newest signed checkpoint that covers it; undefined when there is none yet. An event that was
 * changed has a proof that does not verify.
 */
export async function proofOf(database: Database, event: RecordedEvent): Promise<EventProof | undefined> {
  return proofUnder(database, await newestSignedCheckpoints(database), event);
}

/** The same under the first of these checkpoints that covers the event. */
export async function proofUnder(
  database: Database,
  checkpoints: readonly SignedCheckpoint[],
  event: RecordedEvent,
): Promise<EventProof | undefined> {
  for (const checkpoint of checkpoints) {
    const { tree, note, head } = checkpoint;
    const index = await indexOf(database, event, tree);
    if (index >= head.size) continue;
    const hashes = await inclusionProof(index, head.size, tileReader(database, tree));
    return { ...checkpoint, index, leaf: leafOf(event), text: proofText({ index, hashes, checkpoint: note }) };
  }
  return undefined;
}
