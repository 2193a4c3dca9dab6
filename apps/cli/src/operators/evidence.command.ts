import { writeFileSync } from 'node:fs';
import { Command, Option } from 'nest-commander';
import type { Dependencies } from '#delivery';
import { evidenceBundle } from '#evidence';
import { witnessPolicyOf } from '#merkle-log';
import { existingAttempt } from './existing-attempt.js';
import { idOf, nameOf, OperatorCommand, type OperatorOptions } from './operator.command.js';

type Options = OperatorOptions & { attempt: number; out: string; personal?: boolean };

@Command({
  name: 'evidence',
  description: 'Write all evidence about an attempt to a zip, which is verified without the service',
})
export class EvidenceCommand extends OperatorCommand {
  run(_: string[], { attempt, out, personal = false, ...options }: Options) {
    const write = async ({ database, events, configuration }: Dependencies) => {
      const found = await existingAttempt(database, attempt);
      if (personal) await this.recordDisclosure(found.userId);
      const zip = await evidenceBundle(
        { database, events, policy: witnessPolicyOf(configuration) },
        { ...found, attemptId: attempt, withPersonalData: personal },
      );
      if (!zip) throw new Error('No signed checkpoint covers the attempt yet. Is the worker running?');
      if (options.dryRun) return;
      writeFileSync(out, zip, { flag: 'wx', mode: 0o600 });
    };
    return this.withCommands(options, write, { attempt });
  }

  @Option({ flags: '--attempt <id>', required: true, description: 'the attempt' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }

  @Option({ flags: '--out <file>', required: true, description: 'the zip, a new file' })
  out(text: string) {
    return nameOf('--out', text);
  }

  @Option({ flags: '--personal', description: 'with the decrypted texts; the access log records that' })
  personal() {
    return true;
  }
}
