import { Command, Option } from 'nest-commander';
import { streamOfAttempt } from '#read-models';
import { withCommands } from '../surroundings.js';
import { idOf, OperatorCommand, type OperatorOptions } from './operator.command.js';
import { BadUse } from './strict.command.js';
import { list } from './tasks.js';

@Command({
  name: 'replay',
  description:
    'Print the history of a stream, or of an attempt, one event a line, and prove that it is what was written',
})
export class ReplayCommand extends OperatorCommand {
  run(_: string[], { stream: named, attempt, ...options }: OperatorOptions & { stream?: string; attempt?: number }) {
    if ((named === undefined) === (attempt === undefined))
      throw new BadUse('Say which: --stream NAME, or --attempt ID.');
    return withCommands(async ({ pool, events }) => {
      const stream = named ?? (await streamOfAttempt(pool, String(attempt)))?.stream;
      const history = stream === undefined ? [] : await events.read(stream);
      if (history.length === 0) throw new Error(`There is no ${named ? `stream ${named}` : `attempt ${attempt}`}.`);
      const wanted = history.filter(
        ({ data }) => attempt === undefined || (data as { attemptId?: number }).attemptId === attempt,
      );
      const inShort = wanted.map(({ version, recordedAt, type, metadata: { actor } }) => {
        return { version, recordedAt, type, by: actor };
      });
      list(options.json ? wanted : inShort, options);
      const problem = await events.verify(stream!);
      if (problem) throw new Error(problem);
    });
  }

  @Option({ flags: '--stream <name>', description: 'such as attempts-1-2, exam-1, learner-2' })
  stream(text: string) {
    return text;
  }

  @Option({ flags: '--attempt <id>', description: 'also one that was removed' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }
}
