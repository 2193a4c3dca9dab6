import { Logger } from '@nestjs/common';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import {
  beginning,
  type Checkpoint,
  fenceOf,
  type Generation,
  isAfter,
  type Lease,
  type LeaseOptions,
  outageLog,
  positionOf,
  positionValues,
  type RecordedEvent,
  Subscription,
} from '#event-store';
import { lastKeptCheckpoint } from './checkpoint-file.js';
import { logNameOf } from './checkpoint-signing.js';
import { type FormerTree, firstLeafOf, leafOf } from './leaf.js';
import type { TreeHead } from './signed-checkpoint.js';
import { newestSignedCheckpoint } from './signed-checkpoints.js';
import { GrowingTree, leafHash, type Tile, tileWidth } from './tree.js';
import { newestTree, type TreeState } from './tree-state.js';

/** The name of the subscription that builds the Merkle tree. */
export const treeBuilderName = 'merkle';

const log = new Logger(treeBuilderName);

type Signed = { tree: number; head: TreeHead };

/** Makes the log's events the leaves of a Merkle tree, in the log's order. */
export class TreeBuilder {
  /** Undefined after a write that failed. */
  private state?: TreeState;

  constructor(
    private readonly database: Database,
    private readonly configuration: Configuration,
    private readonly options: Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number; batch?: number } = {},
  ) {}

  /** Runs until `signal` aborts. Never rejects. */
  run(signal: AbortSignal): Promise<void> {
    const { leaseMs, pollMs = 1000, batch = 1000 } = this.options;
    const subscription = new Subscription(this.database, {
      name: treeBuilderName,
      ...{ leaseMs, pollMs, batch },
      // The leaves are the events as they are stored, also those that this code does not know.
      upcasters: null,
      withoutData: true,
      resumeFrom: (_, generation) => this.resume(generation),
      ...outageLog(
        log,
        { outage: 'The Merkle tree does not grow', recovery: 'The Merkle tree grows again.' },
        (events, _, lease) => this.append(events, lease),
      ),
    });
    return subscription.run(signal);
  }

  /**
   * A promoted or copied log may lack its end, which was signed: so each generation has a tree of its own. So has a database
   * that lacks what the file of signed checkpoints has.
   */
  private async resume({ logId, generation }: Generation): Promise<Checkpoint> {
    const found = await newestTree(this.database);
    const kept = lastKeptCheckpoint(this.configuration, logNameOf(this.configuration, logId));
    const isComplete =
      !kept ||
      (found && (kept.tree < found.tree || (kept.tree === found.tree && kept.head.size <= found.growing.size)));
    const continues = found?.logGeneration === generation && isComplete;
    this.state = continues ? found : await this.begin({ logId, generation }, found, kept);
    return this.state.position;
  }

  private async begin({ logId, generation }: Generation, before?: TreeState, kept?: Signed): Promise<TreeState> {
    const tree = Math.max(generation, 1 + (before?.tree ?? 0), 1 + (kept?.tree ?? 0));
    const firstLeaf = firstLeafOf(logId, tree, before && (await this.formerTree(before, kept)));
    const growing = new GrowingTree();
    growing.append([leafHash(firstLeaf)]);
    // When another process was faster, its tree counts.
    await this.database.query(
      `insert into merkle_state (tree, log_id, log_generation, first_leaf, size, root, unfinished, generation, xid, position)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
      [
        ...[tree, logId, generation, firstLeaf, growing.size, growing.root(), growing.unfinished],
        ...positionValues(beginning),
      ],
    );
    log.log(`Tree ${tree} of the log begins.`);
    return (await newestTree(this.database))!;
  }

  private async formerTree({ tree, root, growing: { size } }: TreeState, kept?: Signed): Promise<FormerTree> {
    const inDatabase = (await newestSignedCheckpoint(this.database, tree))?.head ?? { size, root };
    const signed = kept?.tree === tree && kept.head.size > inDatabase.size ? kept.head : inDatabase;
    return {
      commonSize: Math.min(size, signed.size),
      formerRoot: signed.root.toString('base64'),
      formerSize: signed.size,
      formerTree: tree,
    };
  }

  private async append(given: readonly RecordedEvent[], lease: Lease): Promise<void> {
    const { state } = this;
    this.state = undefined;
    if (!state) {
      // Only the database knows what became of it: the next lead begins with what the database has.
      lease.lose('its last write failed');
      return lease.check();
    }
    const first = given.findIndex((event) => isAfter(event, state.position));
    const events = first < 0 ? [] : given.slice(first);
    const { size } = state.growing;
    const tiles = state.growing.append(events.map((event) => leafHash(leafOf(event))));
    if (events.length > 0) {
      state.root = state.growing.root();
      state.position = positionOf(events.at(-1)!);
      await this.save(state, size, tiles, (leaf) => events[leaf - size]!, lease);
    }
    this.state = state;
  }

  /**
   * One statement writes the state and its tiles, and they are on the disk before anybody signs them. Readers of the log would
   * wait for a longer transaction.
   */
  private async save(
    { tree, root, growing, position }: TreeState,
    sizeBefore: number,
    tiles: readonly Tile[],
    eventOf: (leaf: number) => RecordedEvent,
    lease: Lease,
  ): Promise<void> {
    const ends = tiles.map(({ level, index }) => (level === 0 ? eventOf((index + 1) * tileWidth - 1) : undefined));
    const { rows } = await this.database.query({
      name: 'grow merkle tree',
      text: `
        with moved as (
          update merkle_state set size = $3, root = $4, unfinished = $5, generation = $6, xid = $7, position = $8
          where tree = $1 and size = $2 and log_generation = current_generation() and holds_lease($9, $10)
            and set_config('synchronous_commit', 'on', true) = 'on'
          returning tree
        ), added as (
          insert into merkle_tiles (tree, level, index, hashes, generation, xid, position)
          select moved.tree, tile.* from moved,
            unnest($11::smallint[], $12::bigint[], $13::bytea[], $14::integer[], $15::xid8[], $16::bigint[]) as tile
        )
        select tree from moved`,
      values: [
        ...[tree, sizeBefore, growing.size, root, growing.unfinished, ...positionValues(position), ...fenceOf(lease)],
        tiles.map(({ level }) => level),
        tiles.map(({ index }) => index),
        tiles.map(({ hashes }) => hashes),
        ends.map((end) => end?.generation),
        ends.map((end) => end?.xid),
        ends.map((end) => end?.position),
      ],
    });
    if (rows.length === 0)
      throw new Error(`Tree ${tree} of the log no longer has ${sizeBefore} leaves, or its generation ended.`);
  }
}
