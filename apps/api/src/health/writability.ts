import { Injectable } from '@nestjs/common';
import { Database, outageOf, withClient } from '#connections';

/** These statements need new space in a temporary file and in a table. */
const trial = [
  'begin',
  "set local work_mem = '64kB'",
  'select max(row) from (select row_number() over (order by random()) as row from generate_series(1, 100000)) as sorted',
  `insert into commands (key, answer) values ('trial write', '""')`,
  'rollback',
];

/** Whether the database accepts writes. With a full disk it still reads, so a refused write is remembered. */
@Injectable()
export class Writability {
  private refusal?: string;

  constructor(private readonly database: Database) {}

  note(error: unknown) {
    if (outageOf(error) === 'full') this.refusal = (error as Error).message;
  }

  /** Why the database refuses writes, until a trial write succeeds. */
  async problem(): Promise<string | undefined> {
    if (this.refusal === undefined) return undefined;
    try {
      await withClient(this.database, async (client) => {
        for (const text of trial) await client.query(text);
      });
      this.refusal = undefined;
    } catch (error) {
      if (!outageOf(error)) throw error;
      this.refusal = (error as Error).message;
    }
    return this.refusal;
  }
}
