import type pg from 'pg';
import { currentSignal, openClient, withClient } from '#connections';

const connections = 2;
/** When a connection says nothing for so long, while reads wait for it, the next ones go over another. */
const silentMs = 1000;

type Shared = { client: Promise<pg.Client>; waiting: number; heardAt: number };

/**
 * The pool, but for statements with a name: they are single reads, and go out at once over a few connections that everybody
 * shares. Under load many travel together, where a connection each would wake a server process each. Appends and
 * everything else still have a connection to themselves, which can be closed when nobody waits for the answer any more.
 */
export class SharedReads {
  private readonly shared: (Shared | undefined)[] = Array(connections).fill(undefined);
  private turn = 0;
  readonly options: pg.PoolOptions;

  constructor(private readonly pool: pg.Pool) {
    this.options = pool.options;
  }

  query(statement: any, values?: unknown[]): Promise<pg.QueryResult> {
    if (statement.name !== undefined) return this.read(statement);
    const signal = currentSignal();
    if (!signal) return this.pool.query(statement, values);
    return withClient(this.pool, (client) => client.query(statement, values), { signal });
  }

  connect(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  /** Ends the shared connections; the pool is its owner's. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.shared.splice(0).map((shared) => shared && end(shared)));
  }

  private async read(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const shared = this.next();
    if (shared.waiting++ === 0) shared.heardAt = performance.now();
    try {
      return await (await shared.client).query(statement);
    } finally {
      shared.waiting--;
      shared.heardAt = performance.now();
      if (shared.waiting === 0 && !this.shared.includes(shared)) end(shared);
    }
  }

  private next(): Shared {
    this.turn = (this.turn + 1) % connections;
    const place = this.turn;
    const found = this.shared[place];
    if (found && (found.waiting === 0 || performance.now() - found.heardAt < silentMs)) return found;
    const shared = { client: openClient(this.pool.options), waiting: 0, heardAt: 0 };
    this.shared[place] = shared;
    // A connection that is lost fails the reads on it, and the next one opens another.
    const forget = () => {
      if (this.shared[place] === shared) this.shared[place] = undefined;
    };
    shared.client.then((client) => client.on('error', forget).on('end', forget), forget);
    return shared;
  }
}

const end = ({ client }: Shared): Promise<void> =>
  client.then(
    (open) => open.end(),
    () => {},
  );
