import { Command } from 'nest-commander';
import { noSuchCallback, quarantinedCallback, quarantinedCallbacks, releaseCallback, replayCallback } from '#commands';
import { idOf, OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';
import { printRows } from '../operators/tasks.js';

@Command({
  name: 'callbacks',
  arguments: '<action> [id]',
  description: 'Reviews that were refused: list; replay ID; discard ID',
})
export class CallbacksCommand extends OperatorCommand {
  run([action, text]: string[], options: OperatorOptions) {
    if (action === 'list')
      return this.withCommands(options, async ({ database }) =>
        printRows(await quarantinedCallbacks(database), options),
      );
    if (action !== 'replay' && action !== 'discard')
      throw new UsageError(`There is no action "${action}"; there are: list, replay, discard.`);
    const id = idOf('ID', text);
    return action === 'replay' ? this.replay(id, options) : this.discard(id, options);
  }

  private replay(id: number, options: OperatorOptions) {
    return this.write(options, async (deps, origin) => {
      const work = async () => {
        await replayCallback(deps, id, deps.clock.now(), origin);
        if (!options.dryRun) await releaseCallback(deps.database, id);
        return {};
      };
      return [{ about: { callback: id }, work }];
    });
  }

  private discard(id: number, options: OperatorOptions) {
    return this.withCommands(options, ({ database }) => {
      const work = async () => {
        if (!(await quarantinedCallback(database, id))) throw new Error(noSuchCallback(id));
        if (!options.dryRun) await releaseCallback(database, id);
        return { discarded: true };
      };
      return this.runTasks(options, [{ about: { callback: id }, work }]);
    });
  }
}
