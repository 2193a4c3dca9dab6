import { Command } from 'nest-commander';
import { leaders } from '#event-store';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';
import { printRows } from './tasks.js';

@Command({
  name: 'leaders',
  description: 'List the tasks that one process at a time leads: which process, and why a task has stopped',
})
export class LeadersCommand extends OperatorCommand {
  run(_: string[], options: OperatorOptions) {
    return this.withCommands(options, async ({ database }) => printRows(await leaders(database), options));
  }
}
