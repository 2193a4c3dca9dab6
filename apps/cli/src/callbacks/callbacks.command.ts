import { userInfo } from 'node:os';
import { Command, CommandRunner } from 'nest-commander';
import { ReplayCallback } from '#commands';
import { quarantinedCallbacks, releaseCallback } from '#platform';
import { withCommands } from '../surroundings.js';

@Command({
  name: 'callbacks',
  arguments: '<action> [id]',
  description: 'Reviews that were refused: list; replay ID; discard ID',
})
export class CallbacksCommand extends CommandRunner {
  async run([action, id]: string[]) {
    await withCommands(async ({ pool, commands }) => {
      if (action === 'list') {
        for (const callback of await quarantinedCallbacks(pool)) console.log(JSON.stringify(callback));
        return;
      }
      if (!/^\d{1,9}$/.test(id ?? '')) throw new Error('Say which: replay ID, or discard ID.');
      if (action === 'replay') {
        const actor = { kind: 'operator', name: userInfo().username } as const;
        await commands.execute(new ReplayCallback(Number(id), new Date().toISOString(), { actor }));
        console.log(`${id} was taken`);
      } else if (action === 'discard') {
        if (!(await releaseCallback(pool, Number(id)))) throw new Error(`There is no quarantined callback ${id}.`);
        console.log(`${id} is gone`);
      } else throw new Error(`There is no action "${action}"; there are: list, replay, discard.`);
    });
  }
}
