import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { Database } from '#connections';

export type LeaseOptions = {
  /** How long a leader that stops renewing keeps the lead, in milliseconds. Default: 10,000. */
  leaseMs?: number;
  /** Gets one line when this process takes the lead, and one when it loses it. */
  onLead?(line: string): void;
};

/** A pool or one of its connections. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** The arguments of the database function `holds_lease`, which fences a write. Without a lease it checks nothing. */
export const fenceOf = (lease?: Lease): [name: string | null, epoch: string | null] =>
  lease ? [lease.name, lease.epoch] : [null, null];

/** Another process leads now, or may do so. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Whether the database refused a write because another process leads now. */
export const isFenced = (error: unknown) => (error as { code?: string }).code === 'LE409';

const holder = `${hostname()}:${process.pid}`;

/**
 * The right to lead a task, for a time that is renewed. The database decides by its own clock when the lease is over. The
 * holder decides by the monotonic clock, which goes on while the process is frozen.
 */
export class Lease {
  private readonly lost = new AbortController();
  /** Aborts when the lead is lost or released. After a freeze it aborts late, so call `check` before each send. */
  readonly signal = this.lost.signal;
  private endsAt = 0;
  private expiring?: NodeJS.Timeout;
  private readonly renewing: NodeJS.Timeout;

  private constructor(
    private readonly db: Queryable,
    readonly name: string,
    readonly epoch: string,
    private readonly leaseMs: number,
    takenAt: number,
    private readonly onLead: (line: string) => void,
  ) {
    this.extend(takenAt);
    this.renewing = setInterval(() => this.renew(), 0.3 * leaseMs);
    onLead(`Took the lead of "${name}" (epoch ${epoch}, ${holder}).`);
  }

  /** Undefined while another process leads. */
  static async take(
    db: Queryable,
    name: string,
    { leaseMs = 10_000, onLead = () => {} }: LeaseOptions = {},
  ): Promise<Lease | undefined> {
    const takenAt = performance.now();
    const { rows } = await db.query(
      `insert into leases (name, epoch, holder, expires_at)
       select $1, nextval('lease_epochs'), $2, clock_timestamp() + $3 * interval '1 ms'
       where not exists (select from leases where name = $1 and expires_at > clock_timestamp())
       on conflict (name) do update set epoch = nextval('lease_epochs'), holder = excluded.holder,
         expires_at = clock_timestamp() + $3 * interval '1 ms'
       where leases.expires_at <= clock_timestamp()
       returning epoch::text`,
      [name, holder, leaseMs],
    );
    return rows[0] && new Lease(db, name, rows[0].epoch, leaseMs, takenAt, onLead);
  }

  /** Throws LeaseLost unless this process certainly leads, even right after a freeze. */
  check(): void {
    if (!this.signal.aborted && performance.now() >= this.endsAt) this.lose('the lease was not renewed in time');
    if (this.signal.aborted) throw new LeaseLost(`This process no longer leads "${this.name}".`);
  }

  lose(reason: string): void {
    if (this.signal.aborted) return;
    clearInterval(this.renewing);
    clearTimeout(this.expiring);
    this.onLead(`No longer leads "${this.name}" (epoch ${this.epoch}, ${holder}): ${reason}.`);
    this.lost.abort(new LeaseLost(`This process no longer leads "${this.name}": ${reason}.`));
  }

  /** Gives the lead up, so that another process need not wait for its expiry. Never rejects. */
  async release(db: Queryable = this.db): Promise<void> {
    this.lose('it was given up');
    const released = db.query('delete from leases where name = $1 and epoch = $2', [this.name, this.epoch]);
    // If the database does not answer, the lease expires.
    await Promise.race([released, pause(1000, undefined, { ref: false })]).catch(() => {});
  }

  private async renew() {
    const askedAt = performance.now();
    try {
      this.check();
      const { rowCount } = await this.db.query(
        `update leases set expires_at = clock_timestamp() + $3 * interval '1 ms' where name = $1 and epoch = $2`,
        [this.name, this.epoch, this.leaseMs],
      );
      if (rowCount === 0) this.lose('another process has taken it');
      else if (!this.signal.aborted) this.extend(askedAt);
    } catch {
      // The next renewal may succeed. Else the lease expires.
    }
  }

  /** Ends 10 % earlier than in the database: two clocks do not run at the same speed. */
  private extend(askedAt: number) {
    this.endsAt = Math.max(this.endsAt, askedAt + 0.9 * this.leaseMs);
    clearTimeout(this.expiring);
    this.expiring = setTimeout(
      () => this.lose('the lease was not renewed in time'),
      Math.max(0, this.endsAt - performance.now()),
    );
  }
}

/** Takes the lead as soon as it is free and `mayLead` allows it. Undefined when `signal` aborts first. */
export async function untilLeader(
  db: Queryable,
  name: string,
  { pollMs = 1000, mayLead = () => true, ...options }: LeaseOptions & { pollMs?: number; mayLead?(): boolean },
  signal: AbortSignal,
): Promise<Lease | undefined> {
  while (!signal.aborted) {
    const lease = mayLead() ? await Lease.take(db, name, options) : undefined;
    if (lease) return lease;
    await pause(pollMs, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/**
 * Does `work` in one process at a time, until `signal` aborts. The signal that `work` gets also aborts when the lead is
 * lost. `work` starts again when this process takes the lead again. Never rejects.
 */
export async function whileLeading(
  database: Database,
  name: string,
  signal: AbortSignal,
  work: (signal: AbortSignal, lease: Lease) => Promise<void>,
  options: LeaseOptions & { pollMs?: number; mayLead?(): boolean; onError?(error: unknown): void } = {},
): Promise<void> {
  while (!signal.aborted) {
    let lease: Lease | undefined;
    try {
      lease = await untilLeader(database, name, options, signal);
      if (lease) await work(AbortSignal.any([signal, lease.signal]), lease);
    } catch (error) {
      options.onError?.(error);
    }
    await lease?.release();
    await pause(options.pollMs ?? 1000, undefined, { signal }).catch(() => {});
  }
}

/** The leader of a task. `holder` is host and process, or null when nobody leads. `stopped`: why a subscription stopped. */
export type Leader = {
  task: string;
  holder: string | null;
  epoch: number | null;
  secondsLeft: number | null;
  stopped: string | null;
};

/** All tasks that had a leader at least once. */
export async function leaders(database: Database): Promise<Leader[]> {
  const { rows } = await database.read<Leader>({
    name: 'leaders',
    text: `
      with held as (
        select name, holder, epoch, extract(epoch from expires_at - clock_timestamp()) as left
        from leases where expires_at > clock_timestamp()
      )
      select task, holder, epoch::float, round("left"::numeric, 1)::float as "secondsLeft", stopped
      from (select name from checkpoints union select name from leases) as tasks (task)
      left join held on held.name = task left join checkpoints on checkpoints.name = task
      order by task`,
  });
  return rows;
}
