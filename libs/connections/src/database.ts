import pg from 'pg';
import { currentSignal } from './abortable.js';
import { withClient } from './clients.js';
import { answerLimit, longMs, openClient, poolSettings, sessionLimits } from './connection.js';

const sharedConnections = 2;
/** A shared connection that answers nothing for this long, while reads wait for it, gets no more of them. */
const silentMs = 1000;

type Shared = { client: Promise<pg.Client>; waiting: number; heardAt: number };

/** The one pool of connections to PostgreSQL. Nest injects it by its class. */
export class Database extends pg.Pool {
  private readonly shared: (Shared | undefined)[] = Array(sharedConnections).fill(undefined);
  private turn = 0;

  /**
   * Sends a single statement over one of a few connections that all reads share. Under load many reads travel together; a
   * connection for each would wake a server process for each. Use `query` for a statement that waits for locks or runs long.
   */
  async read<Row extends pg.QueryResultRow = any>(statement: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    // As pg.Pool does: an ended pool must not open new connections.
    if (this.ending) throw new Error('Cannot use a pool after calling end on the pool');
    const shared = this.next();
    if (shared.waiting++ === 0) shared.heardAt = performance.now();
    try {
      return await (await shared.client).query<Row>(statement);
    } finally {
      shared.waiting--;
      shared.heardAt = performance.now();
      if (shared.waiting === 0 && !this.shared.includes(shared)) close(shared);
    }
  }

  /** A statement with a connection to itself, which is closed when nobody waits for the answer any more. */
  override query<Row extends pg.QueryResultRow = any>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  override query(...statement: any[]): any;
  override query(...statement: [any]): any {
    const signal = currentSignal();
    return signal ? withClient(this, (client) => client.query(...statement), { signal }) : super.query(...statement);
  }

  override end(callback?: any): any {
    for (const shared of this.shared.splice(0)) if (shared) close(shared);
    return callback ? super.end(callback) : super.end();
  }

  private next(): Shared {
    this.turn = (this.turn + 1) % sharedConnections;
    const index = this.turn;
    const found = this.shared[index];
    if (found && (found.waiting === 0 || performance.now() - found.heardAt < silentMs)) return found;
    const shared = { client: openClient(this.options), waiting: 0, heardAt: 0 };
    this.shared[index] = shared;
    // When a connection is lost, its reads fail and the next read opens another one.
    const forget = () => {
      if (this.shared[index] === shared) this.shared[index] = undefined;
    };
    shared.client.then((client) => client.on('error', forget).on('end', forget), forget);
    return shared;
  }
}

/** A pool with its own connections. `limitMs` limits each statement and each wait for a lock. */
export function openPool(options: pg.PoolConfig, limitMs?: number): Database {
  const database = new Database({ ...poolSettings(limitMs), ...options, password: options.password });
  return database.on('error', () => {}); // An idle connection was lost: the pool opens another.
}

/** A pool to the same database whose sessions can write nothing, whatever their rights are. A statement may take a minute. */
export function openReadOnlyPool({ options }: Database, max: number): Database {
  const onConnect = async (client: pg.ClientBase) => {
    await options.onConnect?.(client as pg.Client);
    await client.query(`select set_config('default_transaction_read_only', 'on', false), ${sessionLimits(longMs)}`);
  };
  const limit = { query_timeout: answerLimit(longMs) };
  return openPool({ ...options, password: options.password, max, onConnect, ...limit } as pg.PoolConfig);
}

const close = ({ client }: Shared): Promise<void> =>
  client.then(
    (open) => open.end(),
    () => {},
  );
