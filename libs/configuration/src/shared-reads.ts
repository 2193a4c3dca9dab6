import type pg from 'pg';
import { openClient } from '#connections';

const connections = 2;

/**
 * The pool, but for statements with a name: they are single reads, and go out at once over a few connections that everybody
 * shares. Under load many travel together, where a connection each would wake a server process each. Appends and
 * everything else still have a connection to themselves.
 */
export class SharedReads {
  private readonly shared: (Promise<pg.Client> | undefined)[] = Array(connections).fill(undefined);
  private turn = 0;
  readonly options: pg.PoolOptions;

  constructor(private readonly pool: pg.Pool) {
    this.options = pool.options;
  }

  query(statement: any, values?: unknown[]): Promise<pg.QueryResult> {
    return statement.name === undefined ? this.pool.query(statement, values) : this.read(statement);
  }

  connect(): Promise<pg.PoolClient> {
    return this.pool.connect();
  }

  /** Ends the shared connections; the pool is its owner's. */
  async onApplicationShutdown(): Promise<void> {
    const open = this.shared.splice(0);
    await Promise.all(open.map(async (client) => (await client?.catch(() => undefined))?.end()));
  }

  private async read(statement: pg.QueryConfig) {
    this.turn = (this.turn + 1) % connections;
    const place = this.turn;
    this.shared[place] ??= this.open(place);
    return (await this.shared[place]).query(statement);
  }

  /** A connection that is lost fails the reads on it, and the next one opens another. */
  private async open(place: number): Promise<pg.Client> {
    const forget = () => {
      this.shared[place] = undefined;
    };
    try {
      const client = await openClient(this.pool.options);
      return client.on('error', forget).on('end', forget);
    } catch (error) {
      forget();
      throw error;
    }
  }
}
