import { Command } from 'nest-commander';
import { loadConfiguration, migrate } from '#configuration';
import { adoptLog } from '#event-store';
import { withDatabase } from '../database.js';
import { withCommands } from '../dependencies.js';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';
import { osUser } from './operator-access.js';

@Command({
  name: 'adopt-log',
  description:
    'Take over a copy of the database that was made row by row, on another server: check that it is complete, and begin a new generation of the log',
})
export class AdoptLogCommand extends OperatorCommand {
  async run(_: string[], options: OperatorOptions) {
    const { dryRun, operator = osUser() } = options;
    // A new server does not have the role that the service acts as.
    await withDatabase(loadConfiguration(process.env), (url) => migrate(url, { say: console.error }));
    return withCommands(({ pool }) => {
      const work = async () => {
        const adopted = await adoptLog(pool, { kind: 'operator', name: operator }, dryRun);
        if (!adopted) throw new Error('the log of this database was not copied: there is nothing to adopt.');
        return adopted;
      };
      const adopt = () => this.operate(options, [{ about: { adopt: 'log' }, work }]);
      // Before the log is adopted, the numbers of new entries are taken by those of the copy.
      return dryRun ? adopt() : this.recorded(pool, options, adopt);
    });
  }
}
