import { Command } from 'nest-commander';
import { rewrapKeys } from '#learner-keys';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';

@Command({
  name: 'rewrap',
  description: 'Wrap all learner keys with the newest of KEY_ENCRYPTION_KEYS, so that the older ones can be removed',
})
export class RewrapCommand extends OperatorCommand {
  run(_: string[], options: OperatorOptions) {
    return this.withCommands(options, ({ database }) => {
      const work = async () => (options.dryRun ? {} : { keys: await rewrapKeys(database) });
      return this.runTasks(options, [{ about: { rewrap: "learners' keys" }, work }]);
    });
  }
}
