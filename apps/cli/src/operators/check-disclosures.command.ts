import { readFileSync } from 'node:fs';
import { Command, Option } from 'nest-commander';
import type { Dependencies } from '#delivery';
import { type Disclosure, falseDisclosures } from '#evidence';
import { existingAttempt } from './existing-attempt.js';
import { idOf, nameOf, OperatorCommand, type OperatorOptions } from './operator.command.js';

@Command({
  name: 'check-disclosures',
  description: "Check that the texts in a bundle's personal.ndjson encrypt to the texts in the log",
})
export class CheckDisclosuresCommand extends OperatorCommand {
  run(_: string[], { attempt, file, ...options }: OperatorOptions & { attempt: number; file: string }) {
    const check = async ({ database }: Dependencies) => {
      const found = await existingAttempt(database, attempt);
      const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      await this.recordDisclosure(found.userId);
      const versions = await falseDisclosures(
        database,
        found,
        lines.map((line): Disclosure => JSON.parse(line)),
      );
      if (versions.length > 0)
        throw new Error(`Not the texts in the log: those of the versions ${versions.join(', ')}.`);
      console.log(`Texts that encrypt to those in the log: ${lines.length}.`);
    };
    return this.withCommands(options, check, { attempt });
  }

  @Option({ flags: '--attempt <id>', required: true, description: 'the attempt' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }

  @Option({ flags: '--file <file>', required: true, description: 'the personal.ndjson' })
  file(text: string) {
    return nameOf('--file', text);
  }
}
