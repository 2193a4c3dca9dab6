import { Command, Option } from 'nest-commander';
import { RetireLearner } from '#commands';
import { examsWithAllowances } from '#read-models';
import { idOf, OperatorCommand, type OperatorOptions } from './operator.command.js';

@Command({
  name: 'retire-user',
  description: 'Forget a learner for good: names, allowances, the key to all that is sealed; vendors are told to do so',
})
export class RetireUserCommand extends OperatorCommand {
  run(_: string[], { user, ...options }: OperatorOptions & { user: number }) {
    return this.write(options, async ({ database, commands, clock }, origin) => {
      const retire = async () => {
        await commands.execute(new RetireLearner(user, clock.now(), origin));
        return {};
      };
      // Not by the handler: it destroys the key.
      const rehearse = async () => {
        const blanked = (await examsWithAllowances(database, user)).map(() => 'AllowanceBlanked');
        return { events: [...blanked, 'LearnerRetired'] };
      };
      return [{ about: { user }, work: options.dryRun ? rehearse : retire }];
    });
  }

  @Option({ flags: '--user <id>', required: true, description: 'the learner' })
  user(text: string) {
    return idOf('--user', text);
  }
}
