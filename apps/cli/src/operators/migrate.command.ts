import { Command } from 'nest-commander';
import { checkFingerprints, loadConfiguration } from '#configuration';
import { bringUpToDate } from '../../../bring-up-to-date.js';
import { withOwnedDatabase } from '../database.js';
import { StrictCommand } from './strict.command.js';

/** Like the start of a process with MIGRATION_DATABASE_URL, so that no process that serves needs the owner's password. */
@Command({ name: 'migrate', description: "Migrate the database to this version, and make the service's other users" })
export class MigrateCommand extends StrictCommand {
  async run() {
    const configuration = loadConfiguration(process.env);
    await withOwnedDatabase(configuration, async (database) => {
      await bringUpToDate(database, { say: console.error });
      await checkFingerprints(configuration, database);
    });
    console.log('The database has the tables of this version.');
  }
}
