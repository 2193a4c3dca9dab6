import { Command, Option } from 'nest-commander';
import { erasureCertificates } from '#commands';
import { withCommands } from '../surroundings.js';
import { idOf, OperatorCommand } from './operator.command.js';

@Command({
  name: 'erasure-certificate',
  description: 'Print the signed certificates of what the retirement of a learner destroyed, as JSON, one a line',
})
export class ErasureCertificateCommand extends OperatorCommand {
  run(_: string[], { user }: { user: number }) {
    return withCommands(async ({ pool }) => {
      const certificates = await erasureCertificates(pool, user);
      if (certificates.length === 0) throw new Error(`User ${user} was not retired here.`);
      for (const certificate of certificates) console.log(JSON.stringify(certificate));
    });
  }

  @Option({ flags: '--user <id>', required: true, description: 'the learner' })
  user(text: string) {
    return idOf('--user', text);
  }
}
