import { Command } from 'nest-commander';
import { loadConfiguration } from '#configuration';
import {
  checkpointTopic,
  createTopics,
  deadLetterTopic,
  kafkaClient,
  logCheckpointTopic,
  publishedTopics,
  topicSettingsOf,
} from '#integration';
import { OperatorCommand, type OperatorOptions } from '../operators/operator.command.js';
import { recordIfReachable } from '../operators/operator-access.js';

@Command({
  name: 'topics',
  description: "Create the service's missing topics, with their partitions, replicas and retention",
})
export class TopicsCommand extends OperatorCommand {
  async run(_: string[], options: OperatorOptions) {
    const configuration = loadConfiguration(process.env);
    const { kafkaBrokers, kafkaTopicPrefix, kafkaTransactions, schemaRegistryUrl } = configuration;
    if (kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
    await recordIfReachable(configuration, { action: 'ops topics', objects: [], operator: options.operator });
    const kafka = kafkaClient(configuration);
    const names = [
      ...publishedTopics(configuration),
      logCheckpointTopic,
      ...(schemaRegistryUrl ? [deadLetterTopic] : []),
      ...(kafkaTransactions === 'on' ? [checkpointTopic] : []),
    ];
    const tasks = names.map((name) => ({
      about: { topic: kafkaTopicPrefix + name, ...topicSettingsOf(name) },
      work: async () => ({ made: (await createTopics(kafka, kafkaTopicPrefix, [name], options.dryRun)).length > 0 }),
    }));
    await this.runTasks(options, tasks);
  }
}
