import mysql from 'mysql2';
import pg from 'pg';

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
  const client = new pg.Client({ connectionString: url, types: types as pg.CustomTypesConfig });
  await client.connect();
  await client.query(`set timezone to 'UTC'; set datestyle to 'ISO'; set bytea_output to 'escape'`);
  await client.query('begin isolation level repeatable read read only');
  const rows = async (text: string) => (await client.query<OldRow>(text)).rows;
  return {
    rows,
    hasTable: async (name) => (await rows(`select to_regclass('${name}') as found`))[0]!.found !== null,
    close: () => client.end(),
  };
}

async function openMysql(url: string): Promise<OldDatabase> {
  // Texts, because JavaScript's numbers and times would cut long integers and microseconds.
  const exact = { dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, timezone: 'Z' };
  const connection = mysql.createConnection({ uri: url, ...exact, charset: 'utf8mb4' }).promise();
  const rows = async (text: string) => (await connection.query(text))[0] as OldRow[];
  await rows('set session transaction isolation level repeatable read');
  await rows('start transaction with consistent snapshot, read only');
  const hasTable = async (name: string) => {
    const found = await rows(
      `select 1 from information_schema.tables where table_schema = database() and table_name = '${name}'`,
    );
    return found.length > 0;
  };
  return { rows, hasTable, close: () => connection.end() };
}
