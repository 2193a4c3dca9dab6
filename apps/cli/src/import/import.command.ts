import { Command, Option } from 'nest-commander';
import { keyEncryptionKeysOf, loadConfiguration, loginsOf, migrate } from '#configuration';
import { type Database, hourMs, openPool } from '#connections';
import { importAll, OldTables, openOldDatabase, Reconciliation } from '#import';
import { useKeyEncryptionKeys } from '#learner-keys';
import { withOwnedDatabase } from '../database.js';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';
import { printRows, type Task } from '../operators/tasks.js';

type Options = OperatorOptions & { from: string; compareOnly?: boolean };

@Command({
  name: 'import',
  description:
    'Import an edx-proctoring database into an empty log, or what has changed in it since; then compare all rows with what REST answers',
})
export class ImportCommand extends OperatorCommand {
  run(_: string[], { from, compareOnly = false, ...options }: Options) {
    const configuration = loadConfiguration(process.env);
    useKeyEncryptionKeys(() => keyEncryptionKeysOf(configuration));
    return withOwnedDatabase(configuration, async (urls) => {
      await migrate(urls.owner, { logins: loginsOf(configuration.role, urls), say: console.error });
      const database = await openOldDatabase(from);
      const owner = openPool({ connectionString: urls.owner, max: 6 }, hourMs);
      try {
        const old = new OldTables(database);
        await old.check();
        const tasks = compareOnly ? [] : [await importing(old, owner, options)];
        // A dry run imports nothing that could be compared.
        if (compareOnly || !options.dryRun) tasks.push(await comparing(old, owner, options));
        await this.recorded(owner, options, () => this.runTasks(options, tasks), {});
      } finally {
        await database.close();
        await owner.end();
      }
    });
  }

  @Option({ flags: '--from <url>', required: true, description: 'the old database: mysql://… or postgres://…' })
  from(text: string) {
    if (/^(mysql|postgres|postgresql):\/\//.test(text)) return text;
    throw new UsageError('--from must begin with mysql:// or postgres://.');
  }

  @Option({ flags: '--compare-only', description: 'import nothing' })
  compareOnly() {
    return true;
  }
}

async function importing(old: OldTables, owner: Database, { dryRun }: OperatorOptions): Promise<Task> {
  const exams = await old.count('exams');
  const attempts = await old.count('attempts');
  const work: Task['work'] = async (advance) => {
    if (dryRun) return { exams, attempts };
    return { exams, attempts, ...(await importAll(old, owner, { advance })) };
  };
  return { about: { import: 'edx-proctoring' }, steps: exams + attempts, work };
}

async function comparing(old: OldTables, owner: Database, options: OperatorOptions): Promise<Task> {
  const tables = ['exams', 'policies', 'attempts', 'allowances', 'reviews'] as const;
  let steps = 0;
  for (const table of tables) steps += await old.count(table);
  const work: Task['work'] = async (advance) => {
    let differences = 0;
    const rows = await new Reconciliation(old, owner).compare((difference) => {
      differences++;
      printRows([difference], options);
    }, advance);
    if (differences > 0) throw new Error(`${differences} differences in ${rows} rows`);
    return { rows, differences };
  };
  return { about: { compare: 'edx-proctoring' }, steps, work };
}
