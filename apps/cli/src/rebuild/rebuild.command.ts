import { SingleBar } from 'cli-progress';
import { Command, CommandRunner, Option } from 'nest-commander';
import pg from 'pg';
import { loadConfiguration } from '#configuration';
import { type Projection, projections, type Rebuilt, rebuild } from '#read-models';
import { withDatabase } from '../database.js';

type Options = { all?: boolean; replace?: boolean };

const names = projections.map(({ table }) => table).join(', ');

@Command({
  name: 'rebuild',
  arguments: '[tables...]',
  description: `Rebuild read models from the log, prove them equal, swap them in: ${names}`,
})
export class RebuildCommand extends CommandRunner {
  async run(tables: string[], { all, replace }: Options) {
    const chosen = all ? projections : tables.map(projectionOf);
    if (chosen.length === 0) throw new Error(`Say which read models (${names}), or --all.`);
    await withDatabase(loadConfiguration(process.env), async (connectionString) => {
      const owner = new pg.Pool({ connectionString, max: 3 });
      try {
        for (const projection of chosen) report(await withBar(owner, projection, replace));
      } finally {
        await owner.end();
      }
    });
  }

  @Option({ flags: '--all', description: 'all of them' })
  all() {
    return true;
  }

  @Option({ flags: '--replace', description: 'swap even where rows differ: the log is right' })
  replace() {
    return true;
  }
}

const projectionOf = (table: string): Projection => {
  const projection = projections.find((each) => each.table === table);
  if (projection) return projection;
  throw new Error(`There is no read model "${table}"; there are: ${names}.`);
};

async function withBar(owner: pg.Pool, projection: Projection, replaceDiffering = false): Promise<Rebuilt> {
  const { rows } = await owner.query('select count(*) from events');
  const bar = new SingleBar({ format: `${projection.table.padEnd(14)} {bar} {percentage}% | {value}/{total} events` });
  bar.start(Number(rows[0].count), 0);
  try {
    return await rebuild(owner, projection, { replaceDiffering, onEvents: (count) => bar.increment(count) });
  } finally {
    bar.stop();
  }
}

function report({ table, events, rows, differing, swapped }: Rebuilt) {
  const outcome = differing.length === 0 ? 'equal' : `rows ${differing.join(', ')} differ from the log`;
  console.log(`${table}: ${events} events, ${rows} rows, ${outcome}, ${swapped ? 'swapped in' : 'not swapped in'}`);
  if (!swapped) process.exitCode = 1;
}
