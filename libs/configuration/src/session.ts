import type pg from 'pg';
import { connectMs, openClient, poolSettings, sessionLimits } from '#connections';

declare module 'pg' {
  // pg has these; its types lack them.
  interface PoolConfig {
    pipeline?: boolean;
  }
  interface ClientBase {
    processID: number;
  }
}

/** A pool whose connections keep their sessions, of a user that owns nothing. */
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

/** Sets options by a statement, because poolers refuse or ignore start-up options. A second statement checks them. */
async function beginSession(client: pg.ClientBase) {
  const server = await serverOf(client);
  await ask(client, `select set_config('proctoring.session', '${server}', false), ${sessionLimits()}`);
  const kept = await ask(
    client,
    `select current_setting('proctoring.session', true) as server, ${loginColumns}`,
    'session',
  );
  if (kept.server !== String(server) || (await serverOf(client)) !== server) throw new Error(transactionPooling);
  refusePrivileged(kept);
}

/** A privileged user could undo what keeps the service from changing the log. */
const loginColumns = `session_user as login, exists (
    select from pg_roles where rolname = session_user and (rolsuper or rolcreaterole or rolreplication or rolbypassrls))
  or pg_has_role(session_user, 'pg_execute_server_program', 'member')
  or pg_has_role(session_user, 'pg_read_server_files', 'member')
  or pg_has_role(session_user, 'pg_write_server_files', 'member')
  or pg_has_role(session_user, coalesce(
    (select relowner from pg_class where oid = to_regclass('public.events')),
    (select datdba from pg_database where datname = current_database())), 'member') as "isPrivileged"`;

function refusePrivileged({ login, isPrivileged }: { login: string; isPrivileged: boolean }) {
  if (isPrivileged)
    throw new Error(
      `The user ${login} owns the tables or may make itself their owner, and the service never works as such a user: ` +
        'set MIGRATION_DATABASE_URL to its address, and DATABASE_URL to the same address with another user and password, ' +
        'for example proctoring_api. The start makes this user where it may, and else says what to run.',
    );
}

/** Throws one sentence when the URL's user may do too much for the service. */
export async function refusePrivilegedLogin(client: pg.ClientBase): Promise<void> {
  refusePrivileged(await ask(client, `select ${loginColumns}`));
}

const transactionPooling =
  'DATABASE_URL leads to a pooler that gives a client another server connection for each transaction. The service needs ' +
  'one connection for a whole session (locks, LISTEN, prepared statements): set pool_mode = session, or use the address of PostgreSQL.';

/**
 * Throws when a pooler assigns server connections to single transactions: then an open transaction of one client gets the
 * server connection of another client. Checks several times, because a pooler may alternate.
 */
export async function refuseTransactionPooling(url: string): Promise<void> {
  const clients: pg.Client[] = [];
  try {
    const opened = async () => {
      const client = await openClient({ ...poolSettings(), connectionString: url });
      clients.push(client);
      return client;
    };
    const client = await opened();
    const other = await opened();
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
