import type pg from 'pg';
import { hourMs, openClient, poolSettings } from '#connections';

/** A row of an old table. PostgreSQL gives every value as text. */
export type OldRow = Record<string, unknown>;

/** The database of edx-proctoring, on one connection. All reads see it as of the instant at which it was opened. */
export type OldDatabase = {
  /** `text` has no parameters: it is made of names of tables and of numbers. */
  rows(text: string): Promise<OldRow[]>;
  hasTable(name: string): Promise<boolean>;
  close(): Promise<void>;
};

/** @throws Error for a URL of another kind */
export async function openOldDatabase(url: string): Promise<OldDatabase> {
  const { protocol } = new URL(url);
  if (protocol === 'mysql:') return openMysql(url);
  if (protocol === 'postgres:' || protocol === 'postgresql:') return openPostgres(url);
  throw new Error(`The old database must be at mysql://… or postgres://…, not at ${protocol}//…`);
}

async function openPostgres(url: string): Promise<OldDatabase> {
  const types = { getTypeParser: () => (text: unknown) => text };
  const client = await openClient({ ...poolSettings(hourMs), connectionString: url, types } as pg.PoolConfig);
  client.on('error', () => {}); // the next read fails
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO'; set bytea_output to 'escape'`);
  await client.query('begin isolation level repeatable read read only');
  const rows = async (text: string) => (await client.query<OldRow>(text)).rows;
  return {
    rows,
    hasTable: async (name) => (await rows(`select to_regclass('${name}') as found`))[0]!.found !== null,
    close: () => client.end(),
  };
}

type MysqlConnection = {
  query(query: { sql: string; timeout: number }): Promise<[unknown, unknown]>;
  destroy(): void;
};

/** Loaded when it is needed, which is in an import from MySQL only. */
const driver: string = 'mysql2/promise';

async function openMysql(url: string): Promise<OldDatabase> {
  const { createConnection } = await import(driver);
  // Texts, because JavaScript's numbers and times would cut long integers and microseconds.
  const exact = { dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, timezone: 'Z' };
  const connection: MysqlConnection = await createConnection({ uri: url, ...exact, charset: 'utf8mb4' });
  const rows = async (sql: string) => (await connection.query({ sql, timeout: hourMs }))[0] as OldRow[];
  await rows('set session transaction isolation level repeatable read');
  await rows('start transaction with consistent snapshot, read only');
  const hasTable = async (name: string) => {
    const found = await rows(
      `select 1 from information_schema.tables where table_schema = database() and table_name = '${name}'`,
    );
    return found.length > 0;
  };
  // `end` would wait for a read that had no answer in time.
  return { rows, hasTable, close: async () => connection.destroy() };
}
