import { Command, Option } from 'nest-commander';
import { unacknowledged } from '#integration';
import { OperatorCommand, type OperatorOptions, timeOf } from '../operators/operator.command.js';
import { printRows } from '../operators/tasks.js';

type Options = OperatorOptions & { topic: string; acknowledgements: string; from?: string; until?: string };

@Command({
  name: 'reconcile',
  description:
    'List the messages of a topic that a consumer has not acknowledged: its own topic has no record with their ce_id as a header. Exit code 1 when there are some',
})
export class ReconcileCommand extends OperatorCommand {
  run(_: string[], { topic, acknowledgements, from, until, ...options }: Options) {
    return this.withCommands(options, async ({ database, configuration }) => {
      if (configuration.kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
      const missing = await unacknowledged(database, configuration, { topic, acknowledgements, from, until });
      printRows(missing, options);
      if (!options.json) console.log(`${missing.length} not acknowledged`);
      if (missing.length > 0) process.exitCode = 1;
    });
  }

  @Option({ flags: '--topic <name>', description: 'such as proctoring.credit.v1, with the prefix', required: true })
  topic(text: string) {
    return text;
  }

  @Option({
    flags: '--acknowledgements <topic>',
    description: 'the topic in which the consumer acknowledges',
    required: true,
  })
  acknowledgements(text: string) {
    return text;
  }

  @Option({ flags: '--from <time>', description: 'messages that were published then or later' })
  from(text: string) {
    return timeOf('--from', text);
  }

  @Option({ flags: '--until <time>', description: 'messages that were published before; by default a minute ago' })
  until(text: string) {
    return timeOf('--until', text);
  }
}
