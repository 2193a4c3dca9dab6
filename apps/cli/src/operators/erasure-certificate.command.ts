import { Command, Option } from 'nest-commander';
import { erasureCertificates } from '#commands';
import type { Dependencies } from '#delivery';
import { idOf, OperatorCommand, type OperatorOptions } from './operator.command.js';

@Command({
  name: 'erasure-certificate',
  description:
    'Print the signed certificates of a retired learner as JSON, one a line: what was destroyed, and what remains',
})
export class ErasureCertificateCommand extends OperatorCommand {
  run(_: string[], { user, ...options }: OperatorOptions & { user: number }) {
    const print = async ({ database }: Dependencies) => {
      const certificates = await erasureCertificates(database, user);
      if (certificates.length === 0) throw new Error(`User ${user} was not retired here.`);
      for (const certificate of certificates) console.log(JSON.stringify(certificate));
    };
    return this.withCommands(options, print, { user });
  }

  @Option({ flags: '--user <id>', required: true, description: 'the learner' })
  user(text: string) {
    return idOf('--user', text);
  }
}
