import type { Database } from '#connections';
import type { Checkpoint } from '#event-store';
import { GrowingTree, hashSize, tileWidth, widthOf } from './tree.js';
import { tileReader } from './tree-state.js';

type TileEnd = Checkpoint & { recordedAt: string };

/** The tree at the end of the last full tile before a time, as the tiles have it; undefined when no full tile is before. */
export async function treeBefore(
  database: Database,
  tree: number,
  time: string,
): Promise<{ growing: GrowingTree; position: Checkpoint } | undefined> {
  const { rows } = await database.query<{ tiles: number }>(
    'select count(*)::float as tiles from merkle_tiles where tree = $1 and level = 0',
    [tree],
  );
  let [tiles, after] = [0, rows[0]!.tiles];
  let last: TileEnd | undefined;
  while (tiles < after) {
    const middle = Math.floor((tiles + after) / 2);
    const end = await tileEnd(database, tree, middle);
    if (end && end.recordedAt < time) [tiles, last] = [middle + 1, end];
    else after = middle;
  }
  return last && { growing: await treeOfTiles(database, tree, tiles * tileWidth), position: last };
}

async function tileEnd(database: Database, tree: number, index: number): Promise<TileEnd | undefined> {
  const { rows } = await database.query<TileEnd>(
    `select t.generation, t.xid::text, t.position::text, iso_time(e.recorded_at) as "recordedAt" from merkle_tiles t
       join events e on (e.generation, e.transaction_id, e.position) = (t.generation, t.xid, t.position)
      where t.tree = $1 and t.level = 0 and t.index = $2`,
    [tree, index],
  );
  return rows[0];
}

async function treeOfTiles(database: Database, tree: number, size: number): Promise<GrowingTree> {
  const levels: number[] = [];
  for (let level = 0; size >= tileWidth ** level; level++) levels.push(level);
  const ids = levels.map((level) => ({ level, index: Math.floor(size / tileWidth ** (level + 1)) }));
  const tiles = await tileReader(database, tree)(ids);
  return new GrowingTree(
    size,
    tiles.map((hashes, level) => hashes.subarray(0, widthOf(size, level) * hashSize)),
  );
}
