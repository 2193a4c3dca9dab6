import type { Socket } from 'node:net';
import pg from 'pg';

declare module 'pg' {
  // pg has this option; its types lack it.
  interface ClientConfig {
    onConnect?: (client: pg.Client) => Promise<unknown>;
  }
}

/** The limit for opening a connection. It is shorter than the wait for a free one, so that the return of a database is noticed soon. */
export const connectMs = 2000;
const checkOutMs = 3000;
const statementMs = 5000;
const lockMs = 3000;
const idleMs = 10_000;
/** The client gives up this much later than the server: when the server ends a statement, the connection stays usable. */
const marginMs = 1000;
const closeMs = 1000;

/** The limit for statements that take long, such as an import. */
export const longMs = 60_000;
/** The limit for statements of an operator or a migration, which may rewrite a table. */
export const hourMs = 3_600_000;

/**
 * The columns of a SELECT that sets the session's limits. The server ends what takes too long, and notices a client that is gone, so
 * that locks do not outlive it. By statements, since poolers refuse or ignore start-up options. 0 is no limit.
 */
export const sessionLimits = (limitMs?: number): string =>
  Object.entries({
    statement_timeout: limitMs ?? statementMs,
    lock_timeout: limitMs ?? lockMs,
    // An open transaction holds back every reader of the log.
    idle_in_transaction_session_timeout: limitMs ?? idleMs,
    // A slow reader of a stream must not look like a client that is gone.
    tcp_user_timeout: limitMs ?? idleMs,
    // A statement whose client hung up ends within this time.
    client_connection_check_interval: 500,
    tcp_keepalives_idle: 5,
    tcp_keepalives_interval: 2,
    tcp_keepalives_count: 3,
  })
    .map(([name, value]) => `set_config('${name}', '${value}', false)`)
    .join(', ');

/** How long the client waits for an answer; 0 is no limit. */
export const answerLimit = (limitMs = statementMs): number => limitMs && limitMs + marginMs;

/** A connection to PostgreSQL that hangs neither while it connects nor while it ends. */
class Connection extends pg.Client {
  constructor(options: pg.ClientConfig = {}) {
    // The password is not enumerable in a pool's options.
    super({ ...options, password: options.password, connectionTimeoutMillis: connectMs });
  }

  override end(callback?: any): any {
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    const hangUp = setTimeout(() => stream.destroy(), closeMs).unref();
    this.once('end', () => clearTimeout(hangUp));
    return callback ? super.end(callback) : super.end();
  }
}

/** The options of every pool, including TypeORM's. `limitMs` limits each statement and each wait for a lock. */
export const poolSettings = (limitMs?: number) => ({
  Client: Connection as unknown as new () => pg.ClientBase,
  connectionTimeoutMillis: checkOutMs,
  query_timeout: answerLimit(limitMs),
  keepAlive: true,
  keepAliveInitialDelayMillis: 5000,
  onConnect: (client: pg.ClientBase): Promise<unknown> =>
    client.query({ text: `select ${sessionLimits(limitMs)}`, query_timeout: connectMs } as pg.QueryConfig),
});

/** A connection outside the pools, for work that must notice when it is lost. The caller ends it. */
export async function openClient(options: pg.ClientConfig): Promise<pg.Client> {
  const client = new Connection(options);
  client.on('error', () => {}); // the current statement fails, too
  try {
    await client.connect();
    await options.onConnect?.(client);
    return client;
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }
}
