import { Command, Option } from 'nest-commander';
import { RetireLearner } from '#commands';
import { examsWithAllowances } from '#read-models';
import { idOf, OperatorCommand, type OperatorOptions } from './operator.command.js';

@Command({
  name: 'retire-user',
  description: 'Retire a learner: erase names and allowances, destroy the learner key, notify the providers',
})
export class RetireUserCommand extends OperatorCommand {
  run(_: string[], { user, ...options }: OperatorOptions & { user: number }) {
    return this.write(options, async ({ database, commands, clock }, origin) => {
      const retire = async () => {
        await commands.execute(new RetireLearner(user, clock.now(), origin));
        return {};
      };
      // The handler cannot do a dry run: it destroys the key.
      const dryRun = async () => {
        const blanked = (await examsWithAllowances(database, user)).map(() => 'AllowanceBlanked');
        return { events: [...blanked, 'LearnerRetired'] };
      };
      return [{ about: { user }, work: options.dryRun ? dryRun : retire }];
    });
  }

  @Option({ flags: '--user <id>', required: true, description: 'the learner' })
  user(text: string) {
    return idOf('--user', text);
  }
}
