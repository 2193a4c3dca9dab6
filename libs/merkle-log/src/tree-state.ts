import type { Database } from '#connections';
import type { Checkpoint } from '#event-store';
import { GrowingTree, type ReadTiles, type Tile } from './tree.js';

/** The end of a tree in the database. `position` is that of its last event. */
export type TreeState = {
  tree: number;
  logId: string;
  /** The generation of the log in which the tree began. It grows in this generation only. */
  logGeneration: number;
  growing: GrowingTree;
  root: Buffer;
  position: Checkpoint;
};

/** The state of the tree that began last; undefined before the worker has begun the first one. */
export async function newestTree(database: Database): Promise<TreeState | undefined> {
  const { rows } = await database.query(
    `select tree, log_id as "logId", log_generation as "logGeneration", size::float, root, unfinished, generation, xid::text,
       position::text
     from merkle_state order by tree desc limit 1`,
  );
  const [row] = rows;
  if (!row) return undefined;
  const { tree, logId, logGeneration, size, root, unfinished, generation, xid, position } = row;
  return {
    ...{ tree, logId, logGeneration, root },
    growing: new GrowingTree(size, unfinished),
    position: { generation, xid, position },
  };
}

/** Reads tiles of a tree, the unfinished ones as they are now. A tile that does not exist has no hashes. */
export const tileReader =
  (database: Database, tree: number): ReadTiles =>
  async (ids) => {
    const { rows } = await database.read<Tile>({
      name: 'merkle tiles',
      text: `
        select level::integer, index::float, hashes
          from merkle_tiles join unnest($2::smallint[], $3::bigint[]) as wanted (level, index) using (level, index)
         where tree = $1
        union all
        select (level - 1)::integer, floor(size / 256 ^ level), hashes
          from merkle_state, unnest(unfinished) with ordinality as last (hashes, level)
         where tree = $1`,
      values: [tree, ids.map(({ level }) => level), ids.map(({ index }) => index)],
    });
    const found = new Map(rows.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
    return ids.map(({ level, index }) => found.get(`${level}/${index}`) ?? Buffer.alloc(0));
  };
