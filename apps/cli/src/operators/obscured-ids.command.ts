import { readFileSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'nest-commander';
import { loadConfiguration, userObfuscationKeyOf } from '#configuration';
import { obscuredUserId } from '#providers';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';
import { UsageError } from './strict.command.js';

@Command({
  name: 'obscured-ids',
  arguments: '<in> <out>',
  description:
    "A CSV of email,user_id becomes one of the ids under which a provider knows the learners: those under the LMS' secret (DJANGO_SECRET_KEY), and those of now",
})
export class ObscuredIdsCommand extends OperatorCommand {
  async run([from = '', to = '']: string[], { backend, ...options }: OperatorOptions & { backend: string }) {
    const oldKey = process.env.DJANGO_SECRET_KEY;
    if (!oldKey) throw new UsageError('DJANGO_SECRET_KEY is not set.');
    const newKey = userObfuscationKeyOf(loadConfiguration(process.env));
    const work = async () => {
      const rows = [...idsIn(from)].map(([address, id]) =>
        [address, obscuredUserId(id, oldKey, backend), obscuredUserId(id, newKey, backend)].join(','),
      );
      if (!options.dryRun) writeFileSync(to, ['email,existing_user_id,target_user_id', ...rows, ''].join('\n'));
      return { learners: rows.length };
    };
    await this.operate(options, [{ about: { file: to }, work }]);
  }

  @Option({ flags: '--backend <name>', description: 'the provider', defaultValue: 'proctortrack' })
  backend(text: string) {
    return text;
  }
}

/** If several rows have one address, the last one counts. */
function idsIn(file: string): Map<string, number> {
  const [head = '', ...lines] = readFileSync(file, 'utf8').split(/\r?\n/);
  const columns = head.split(',');
  const [email, userId] = [columns.indexOf('email'), columns.indexOf('user_id')] as const;
  if (email < 0 || userId < 0) throw new Error(`${file} must have the columns email and user_id.`);
  const ids = new Map<string, number>();
  for (const cells of lines.map((line) => line.split(','))) {
    const [address, id] = [cells[email], cells[userId]];
    if (address && id && /^[1-9]\d*$/.test(id)) ids.set(address, Number(id));
  }
  return ids;
}
