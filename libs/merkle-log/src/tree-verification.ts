import type { Database } from '#connections';
import { beginning, type Checkpoint, type EventStore, type RawEvent, replayRaw } from '#event-store';
import type { Finding } from './finding.js';
import { type KnownRoot, merged, signedRoots } from './known-roots.js';
import { leafOf } from './leaf.js';
import { findingOf } from './leaf-difference.js';
import { logKeysOrProblem, logKeysStream } from './log-keys.js';
import { StreamChains } from './stream-chains.js';
import { leafWith, TileComparison } from './tile-comparison.js';
import { leafHash, type ReadTiles, rootOf } from './tree.js';
import { treeBefore } from './tree-before.js';
import { tileReader } from './tree-state.js';

export type VerifyOptions = {
  store: EventStore;
  /** Reads only the events from this time on. The tiles stand for the earlier ones. */
  since?: string;
  onEvents?: (count: number) => void;
};

export type VerifiedTree = {
  tree: number;
  events: number;
  /** The leaves that a signed checkpoint covers. Leaf 0 is no event. */
  covered: number;
  /** When the first event was recorded that no signed checkpoint covers; null when all are covered. */
  notCoveredSince: string | null;
  /** At most 20 of each kind. */
  findings: Finding[];
};

type State = { firstLeaf: string; size: number; root: Buffer };

const batch = 5000;
const maxFindings = 20;

/** One pass over the log for one tree. */
export class TreeVerification {
  private readonly findings: Finding[] = [];
  private readonly readTiles: ReadTiles;
  private comparison: TileComparison;
  private roots!: AsyncGenerator<KnownRoot>;
  private next?: KnownRoot;
  /** The largest signed root, the largest that the log leads to, and the smallest that it does not lead to. */
  private signed?: KnownRoot;
  private right?: KnownRoot;
  private wrong?: KnownRoot;
  private newestInDatabase = 0;
  private isStateRight?: boolean;
  private notCovered?: string;

  constructor(
    private readonly database: Database,
    private readonly tree: number,
    /** The smallest first. */
    private readonly outside: readonly KnownRoot[],
    private readonly isNewest: boolean,
    private readonly options: VerifyOptions,
  ) {
    this.readTiles = tileReader(database, tree);
    this.comparison = new TileComparison(this.readTiles);
  }

  async run(): Promise<VerifiedTree> {
    // A checkpoint that is signed while this runs may be larger than the state that it has read.
    const upTo = await this.lastSigned();
    const { keys, problem } = await logKeysOrProblem(this.options.store);
    if (problem) this.find({ problem, stream: logKeysStream });
    const state = await this.readState();
    if (!state) return this.result(0, [{ problem: `Table merkle_state has no row of tree ${this.tree}.` }]);
    const ofState: KnownRoot = { name: 'table merkle_state', size: state.size, root: state.root, isSigned: false };
    this.roots = merged(signedRoots(this.database, this.tree, upTo, keys), [...this.outside, ofState]);
    await this.advance();
    const leaves = Math.max(state.size, ...this.outside.map(({ size }) => size));
    const events = await this.readEvents(state, leaves);
    while (this.next) await this.advance();
    await this.comparison.end();
    return this.result(events, await this.differences(state, leaves));
  }

  private async lastSigned(): Promise<string> {
    const text = 'select coalesce(max(id), 0) as id from signed_checkpoints';
    return (await this.database.query<{ id: string }>(text)).rows[0]!.id;
  }

  private async readState(): Promise<State | undefined> {
    const { rows } = await this.database.query<State>(
      `select first_leaf as "firstLeaf", size::float, root from merkle_state where tree = $1`,
      [this.tree],
    );
    return rows[0];
  }

  /** Events of the newest tree that have no leaf yet are read, too. */
  private async readEvents(state: State, leaves: number): Promise<number> {
    const before = this.options.since && (await treeBefore(this.database, this.tree, this.options.since));
    if (before) this.comparison = new TileComparison(this.readTiles, before.growing);
    else await this.append([leafHash(state.firstLeaf)], []);
    const chains = new StreamChains(this.database, !before);
    const after: Checkpoint = before ? before.position : beginning;
    let events = 0;
    for await (const read of replayRaw(this.database, { after, batch })) {
      const withLeaf = read.slice(0, Math.max(0, leaves - this.size));
      const given = this.isNewest ? read : withLeaf;
      for (const finding of await chains.check(given, this.size)) this.find(finding);
      await this.append(
        withLeaf.map((event) => leafHash(leafOf(event))),
        withLeaf,
      );
      this.notCovered ??= given[withLeaf.length]?.recordedAt;
      events += given.length;
      this.options.onEvents?.(given.length);
      if (given.length < read.length) break;
    }
    return events;
  }

  private get size() {
    return this.comparison.growing.size;
  }

  /** Stops at each size whose root is known. */
  private async append(hashes: readonly Buffer[], events: readonly RawEvent[]) {
    await this.compareRoots();
    for (let at = 0; at < hashes.length; ) {
      const room = (this.next?.size ?? Number.POSITIVE_INFINITY) - this.size;
      const [added, theirs] = [hashes.slice(at, at + room), events.slice(at, at + room)];
      await this.comparison.append(added, theirs);
      this.notCovered ??= theirs[0]?.recordedAt;
      await this.compareRoots();
      at += added.length;
    }
  }

  private async compareRoots() {
    for (; this.next && this.next.size <= this.size; await this.advance()) {
      const { size, root, isSigned, problem } = this.next;
      if (size < this.size || problem) continue;
      const isRight = this.comparison.growing.root().equals(root);
      if (!isSigned) this.isStateRight = isRight;
      else if (isRight) this.right = this.next;
      else this.wrong ??= this.next;
      if (isSigned) this.notCovered = undefined;
    }
  }

  private async advance() {
    const { value } = await this.roots.next();
    this.next = value ?? undefined;
    if (this.next?.isSigned) this.signed = this.next;
    if (this.next?.isSigned && !this.outside.includes(this.next)) this.newestInDatabase = this.next.size;
    if (this.next?.problem)
      this.find({ problem: `Table signed_checkpoints: the ${this.next.name} is wrong: ${this.next.problem}` });
  }

  private async differences(state: State, leaves: number): Promise<Finding[]> {
    const found: Finding[] = [];
    const [tree, signed] = [this.tree, this.outside.at(-1) ?? this.signed];
    const isLogRight = signed !== undefined && (this.right?.size ?? 0) >= signed.size;
    const areTilesRight = signed !== undefined && (await this.doTilesLeadTo(signed));
    if (this.size < leaves)
      found.push({
        problem: `The log ends before leaf ${this.size}: tree ${tree} has ${leaves} leaves.`,
        leaves: [this.size, leaves - 1],
      });
    if (this.wrong) {
      const from = this.right && this.right.size < this.wrong.size ? this.right.size : 0;
      const problem = `The log does not lead to the root of ${this.wrong.name}.`;
      found.push({ problem, leaves: [from, this.wrong.size - 1] });
    }
    const { difference, wrongTiles } = this.comparison;
    if (difference) {
      const laterInTiles = difference.inLog && (await leafWith(this.database, tree, difference.inLog, difference.leaf));
      found.push(findingOf(difference, { isLogRight, areTilesRight, laterInTiles }));
    }
    for (const { level, index } of wrongTiles.slice(0, maxFindings))
      found.push({ problem: `Tile ${level}/${index} of tree ${tree} does not follow from the tiles below it.` });
    if (signed && state.size < signed.size)
      found.push({ problem: `Table merkle_state was set back: it has ${state.size} leaves, ${signed.name} has more.` });
    if (this.isStateRight === false && !difference && !this.wrong)
      found.push({ problem: `Table merkle_state has another root of tree ${tree} than the log.` });
    if (signed && this.newestInDatabase < signed.size)
      found.push({
        problem: `Table signed_checkpoints ends with size ${this.newestInDatabase}, before ${signed.name}.`,
      });
    return found;
  }

  private doTilesLeadTo({ size, root }: KnownRoot): Promise<boolean> {
    return rootOf(size, this.readTiles).then(
      (found) => found.equals(root),
      () => false, // tiles are missing
    );
  }

  private result(events: number, differences: readonly Finding[]): VerifiedTree {
    const findings = [...differences, ...this.findings];
    const covered = this.wrong ? Math.min(this.right?.size ?? 0, this.wrong.size) : (this.right?.size ?? 0);
    return { tree: this.tree, events, covered, notCoveredSince: this.notCovered ?? null, findings };
  }

  private find(finding: Finding) {
    if (this.findings.length < maxFindings) this.findings.push(finding);
  }
}
