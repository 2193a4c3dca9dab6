import { Command } from 'nest-commander';
import { Relay } from '#integration';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { UsageError } from '../operators/strict.command.js';

@Command({
  name: 'publish-from',
  arguments: '<where>',
  description:
    'Set where the relay continues after Kafka and the log contradict each other: beginning (it publishes everything again, with the same ids), or checkpoint (the one in the database; messages that Kafka lost stay lost)',
})
export class PublishFromCommand extends OperatorCommand {
  run([where]: string[], options: OperatorOptions) {
    if (where !== 'beginning' && where !== 'checkpoint')
      throw new UsageError(`There is no "${where}" to publish from; there are: beginning, checkpoint.`);
    return this.withCommands(options, async ({ database, configuration }) => {
      if (configuration.kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
      const relay = new Relay(database, configuration);
      const work = async () => (options.dryRun ? {} : relay.publishFrom(where));
      await this.runTasks(options, [{ about: { publishFrom: where }, work }]).finally(() => relay.close());
    });
  }
}
