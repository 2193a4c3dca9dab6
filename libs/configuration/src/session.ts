import type pg from 'pg';
import { connectMs, openClient, poolSettings, sessionLimits } from '#connections';

declare module 'pg' {
  // The driver has these, its types do not.
  interface PoolConfig {
    pipeline?: boolean;
  }
  interface ClientBase {
    processID: number;
  }
}

/** A pool whose connections act as the application's role, which owns nothing. */
export function poolOptions(url: string, more: pg.PoolConfig = {}): pg.PoolConfig {
  let sessionsAreKept: Promise<void> | undefined;
  return {
    ...poolSettings(),
    connectionString: url,
    pipeline: true,
    async onConnect(client) {
      if ((await serverOf(client)) !== client.processID) {
        sessionsAreKept ??= refuseTransactionPooling(url);
        await sessionsAreKept.catch((error) => {
          sessionsAreKept = undefined;
          throw error;
        });
      }
      await beginSession(client);
    },
    ...more,
  };
}

/** By statements, since poolers refuse or ignore start-up options; a second one checks that the connection kept them. */
async function beginSession(client: pg.ClientBase) {
  const server = await serverOf(client);
  await ask(client, `select set_config('role', application_role(), false), ${sessionLimits()}`);
  const kept = await ask(client, 'select current_user = application_role() as "isApplication"', 'session');
  if (!kept.isApplication || (await serverOf(client)) !== server) throw new Error(transactionPooling);
}

const transactionPooling =
  'DATABASE_URL leads through a pooler that gives a client another server connection for each transaction, and the ' +
  'service needs one for a whole session (role, locks, LISTEN, prepared statements): set pool_mode = session, or name PostgreSQL itself.';

/**
 * Throws when a pooler hands out server connections for single transactions: then an open transaction of one client gets
 * the server connection that served another client before. Several times, since a pooler may take turns.
 */
export async function refuseTransactionPooling(url: string): Promise<void> {
  const clients: pg.Client[] = [];
  try {
    for (const _ of [1, 2]) clients.push(await openClient({ ...poolSettings(), connectionString: url }));
    const [client, other] = clients;
    const server = await serverOf(client);
    for (let round = 0; round < 3 && server !== client.processID; round++) {
      await ask(other, 'begin');
      if ((await serverOf(other)) === server || (await serverOf(client)) !== server)
        throw new Error(transactionPooling);
      await ask(other, 'rollback');
    }
  } catch (error) {
    const { message } = error as Error;
    throw /statement pooling/.test(message) ? new Error(transactionPooling) : error;
  } finally {
    await Promise.allSettled(clients.map((each) => each.end()));
  }
}

const serverOf = async (client: pg.ClientBase): Promise<number> =>
  (await ask(client, 'select pg_backend_pid() as server')).server;

async function ask(client: pg.ClientBase, text: string, name?: string) {
  const query = { name, text, query_timeout: connectMs };
  return (await client.query(query)).rows[0];
}
