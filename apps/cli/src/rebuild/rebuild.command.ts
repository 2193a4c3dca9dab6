import { Command, Option } from 'nest-commander';
import { loadConfiguration } from '#configuration';
import { hourMs, openPool } from '#connections';
import { type Projection, projections, rebuild } from '#read-models';
import { withOwnedDatabase } from '../database.js';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';
import type { Task } from '../operators/tasks.js';

type Options = OperatorOptions & { all?: boolean; replace?: boolean };

const names = projections.map(({ table }) => table).join(', ');

@Command({
  name: 'rebuild',
  arguments: '[tables...]',
  description: `Fold the log into new tables, compare them with the read models, and swap equal ones: ${names}`,
})
export class RebuildCommand extends OperatorCommand {
  run(tables: string[], { all, replace, ...options }: Options) {
    const chosen = all ? projections : [...new Set(tables)].map(projectionOf);
    if (chosen.length === 0) throw new UsageError(`Say which read models (${names}), or --all.`);
    return withOwnedDatabase(loadConfiguration(process.env), async ({ owner: connectionString }) => {
      const owner = openPool({ connectionString, max: 3 }, hourMs);
      try {
        const { rows } = await owner.query('select count(*) from events');
        // The first task reads the log for all tasks.
        let rebuilt: ReturnType<typeof rebuild> | undefined;
        const tasks = chosen.map(({ table }, index): Task => {
          const work: Task['work'] = async (advance) => {
            const manner = { replaceDiffering: replace, dryRun: options.dryRun, onEvents: advance };
            rebuilt ??= rebuild(owner, chosen, manner);
            const { table: _, swapped, differing, ...rest } = (await rebuilt)[index]!;
            if (differing.length > 0 && !replace)
              throw new Error(`rows ${differing.join(', ')} differ from the log, so nothing is swapped in`);
            return { ...rest, differing, swapped };
          };
          return { about: { table }, steps: index === 0 ? Number(rows[0].count) : 0, work };
        });
        await this.recorded(owner, options, () => this.runTasks(options, tasks), {});
      } finally {
        await owner.end();
      }
    });
  }

  @Option({ flags: '--all', description: 'all read models' })
  all() {
    return true;
  }

  @Option({ flags: '--replace', description: 'swap even if rows differ, because the log is right' })
  replace() {
    return true;
  }
}

const projectionOf = (table: string): Projection => {
  const projection = projections.find((each) => each.table === table);
  if (projection) return projection;
  throw new UsageError(`There is no read model "${table}"; there are: ${names}.`);
};
