import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'nest-commander';
import { loadConfiguration, userObfuscationKeyOf } from '#configuration';
import { obscuredUserId } from '#providers';
import { OperatorCommand, type OperatorOptions } from './operator.command.js';
import { recordIfReachable } from './operator-access.js';
import { UsageError } from './strict.command.js';

@Command({
  name: 'obscured-ids',
  arguments: '<in> <out>',
  description:
    "Read a CSV of email,user_id, and write the ids under which a provider knows the learners: by the LMS's secret (DJANGO_SECRET_KEY), and by the present one",
})
export class ObscuredIdsCommand extends OperatorCommand {
  async run([from = '', to = '']: string[], { backend, ...options }: OperatorOptions & { backend: string }) {
    const oldKey = process.env.DJANGO_SECRET_KEY;
    if (!oldKey) throw new UsageError('DJANGO_SECRET_KEY is not set.');
    const configuration = loadConfiguration(process.env);
    const newKey = userObfuscationKeyOf(configuration);
    const { operator } = options;
    await recordIfReachable(configuration, { action: 'ops obscured-ids', objects: [], operator });
    const work = async () => {
      const ids = await idsIn(from);
      const lines = function* () {
        yield 'email,existing_user_id,target_user_id\n';
        for (const [address, id] of ids)
          yield `${address},${obscuredUserId(id, oldKey, backend)},${obscuredUserId(id, newKey, backend)}\n`;
      };
      if (!options.dryRun) await pipeline(lines, createWriteStream(to));
      return { learners: ids.size };
    };
    await this.runTasks(options, [{ about: { file: to }, work }]);
  }

  @Option({ flags: '--backend <name>', description: 'the provider', defaultValue: 'proctortrack' })
  backend(text: string) {
    return text;
  }
}

/** If several rows have one address, the last one counts. */
async function idsIn(file: string): Promise<Map<string, number>> {
  const ids = new Map<string, number>();
  let columns: number[] | undefined;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const cells = line.split(',');
    if (!columns) {
      columns = ['email', 'user_id'].map((name) => cells.indexOf(name));
      continue;
    }
    const [email = '', userId = ''] = columns.map((column) => cells[column]);
    if (email && /^[1-9]\d*$/.test(userId)) ids.set(email, Number(userId));
  }
  if (!columns || columns.includes(-1)) throw new Error(`${file} must have the columns email and user_id.`);
  return ids;
}
