import type { Database } from '#connections';
import type { RawEvent } from '#event-store';
import { GrowingTree, hashSize, type ReadTiles, type Tile, type TileId, tileWidth, widthOf } from './tree.js';

type Named = Pick<RawEvent, 'id' | 'stream' | 'version' | 'type'>;

/** The first leaf whose hash in the tiles is not that of the event in the log. */
export type LeafDifference = {
  leaf: number;
  /** Undefined when the tiles end before this leaf. */
  inTiles?: Buffer;
  /** Undefined when the log ends before this leaf. */
  inLog?: Buffer;
  event?: Named;
  /** The later leaf whose event in the log has the hash that the tiles have here. */
  foundAgainAt?: number;
};

/** Makes the tree of a log again, and compares its tiles with those in the database. */
export class TileComparison {
  difference?: LeafDifference;
  /** Tiles of higher levels that do not follow from those below. */
  readonly wrongTiles: TileId[] = [];
  /** The leaves since the last full tile of level 0, and their events. Leaf 0 has none. */
  private recent: { hash: Buffer; event?: Named }[] = [];

  constructor(
    private readonly readTiles: ReadTiles,
    readonly growing = new GrowingTree(),
  ) {}

  async append(hashes: readonly Buffer[], events: readonly (Named | undefined)[]): Promise<void> {
    for (const [at, hash] of hashes.entries()) this.recent.push({ hash, event: events[at] });
    const first = this.growing.size;
    const finished = this.growing.append(hashes);
    if (this.difference) this.findAgain(hashes, first);
    const stored = finished.length === 0 || this.difference ? [] : await this.readTiles(finished);
    for (const [at, tile] of finished.entries()) {
      const events = tile.level === 0 ? this.recent.splice(0, tileWidth) : [];
      if (!this.difference && !stored[at]!.equals(tile.hashes)) this.compare(tile, stored[at]!, events);
    }
  }

  /** Compares the last tiles, which are not full. The tree in the database may be larger. */
  async end(): Promise<void> {
    if (this.difference) return;
    const { size } = this.growing;
    const levels = this.growing.unfinished.map((hashes, level) => ({
      level,
      index: Math.floor(size / tileWidth ** (level + 1)),
      hashes,
    }));
    const stored = await this.readTiles(levels);
    for (const [at, tile] of levels.entries()) {
      const same = stored[at]!.subarray(0, widthOf(size, tile.level) * hashSize);
      if (!this.difference && !same.equals(tile.hashes)) this.compare(tile, same, this.recent);
    }
  }

  private compare({ level, index, hashes }: Tile, stored: Buffer, events: typeof this.recent) {
    if (level > 0) return this.wrongTiles.push({ level, index });
    const at = events.findIndex(({ hash }, leaf) => !hash.equals(hashIn(stored, leaf) ?? Buffer.alloc(0)));
    if (at < 0) return;
    const leaf = index * tileWidth + at;
    this.difference = { leaf, inTiles: hashIn(stored, at), inLog: hashes.subarray(at * hashSize, (at + 1) * hashSize) };
    this.difference.event = events[at]!.event;
    const later = [...events.slice(at + 1), ...(events === this.recent ? [] : this.recent)];
    this.findAgain(
      later.map(({ hash }) => hash),
      leaf + 1,
    );
  }

  private findAgain(hashes: readonly Buffer[], first: number) {
    const { inTiles, foundAgainAt } = this.difference!;
    if (!inTiles || foundAgainAt !== undefined) return;
    const at = hashes.findIndex((hash) => hash.equals(inTiles));
    if (at >= 0) this.difference!.foundAgainAt = first + at;
  }
}

const hashIn = (tile: Buffer, at: number): Buffer | undefined =>
  tile.length >= (at + 1) * hashSize ? tile.subarray(at * hashSize, (at + 1) * hashSize) : undefined;

/** The leaf that has a hash in the tiles of a tree, after another leaf; undefined when there is none. */
export async function leafWith(
  database: Database,
  tree: number,
  hash: Buffer,
  after: number,
): Promise<number | undefined> {
  const { rows } = await database.query<{ index: number; hashes: Buffer }>(
    `select index::float, hashes from merkle_tiles where tree = $1 and level = 0 and position($2 in hashes) > 0
     union all select floor(size / 256), unfinished[1] from merkle_state where tree = $1
     order by index`,
    [tree, hash],
  );
  for (const { index, hashes } of rows)
    for (let at = 0; at < hashes.length / hashSize; at++)
      if (index * tileWidth + at > after && hashIn(hashes, at)!.equals(hash)) return index * tileWidth + at;
  return undefined;
}
