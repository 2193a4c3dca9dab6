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
    'Adopt a copy of the database on another server: check that it is complete, and begin a new generation of the log',
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
        if (!adopted) throw new Error('The log of this database is not a copy, so there is nothing to adopt.');
        return adopted;
      };
      const adopt = () => this.runTasks(options, [{ about: { adopt: 'log' }, work }]);
      // Before the adoption, new entries would get numbers that the copy has used. So a dry run has none.
      await (dryRun ? adopt() : this.recorded(database, options, adopt)).finally(() => database.end());
    });
  }
}
