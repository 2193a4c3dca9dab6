import { Command } from 'nest-commander';
import { loadConfiguration, loginsOf, migrate } from '#configuration';
import { hourMs, openPool } from '#connections';
import { adoptLog } from '#event-store';
import { withOwnedDatabase } from '../database.js';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';
import { osUser } from './operator-access.js';

@Command({
  name: 'adopt-log',
  description:
    'Take over a copy of the database that was made row by row, on another server: check that it is complete, and begin a new generation of the log',
})
export class AdoptLogCommand extends OperatorCommand {
  run(_: string[], options: OperatorOptions) {
    const { dryRun, operator = osUser() } = options;
    const configuration = loadConfiguration(process.env);
    return withOwnedDatabase(configuration, async (urls) => {
      // A new server does not have the service's roles and logins.
      await migrate(urls.owner, { logins: loginsOf(configuration.role, urls), say: console.error });
      const database = openPool({ connectionString: urls.owner, max: 2 }, hourMs);
      const work = async () => {
        const adopted = await adoptLog(database, { kind: 'operator', name: operator }, dryRun);
        if (!adopted) throw new Error('the log of this database was not copied: there is nothing to adopt.');
        return adopted;
      };
      const adopt = () => this.runTasks(options, [{ about: { adopt: 'log' }, work }]);
      // Before the log is adopted, the numbers of new entries are taken by those of the copy.
      await (dryRun ? adopt() : this.recorded(database, options, adopt)).finally(() => database.end());
    });
  }
}
