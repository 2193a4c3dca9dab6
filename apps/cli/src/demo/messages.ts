import { setTimeout as pause } from 'node:timers/promises';
import type { Configuration } from '#configuration';
import { kafkaClient, topics } from '#integration';

/**
 * The messages about one course in Kafka, in the order of each topic. Waits until `isComplete`, at most half a minute.
 */
export async function messagesOfCourse(
  configuration: Configuration,
  courseId: string,
  isComplete: (lines: readonly string[]) => boolean,
): Promise<string[]> {
  const { kafkaTopicPrefix } = configuration;
  const consumer = kafkaClient(configuration).consumer({ groupId: `demo-${courseId}` });
  const lines: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: topics.map(({ name }) => kafkaTopicPrefix + name), fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ topic, message }) => {
      if (!String(message.key).startsWith(`${courseId}/`)) return;
      lines.push(`${topic.padEnd(26)} ${String(message.headers?.ce_type).padEnd(44)} ${message.value}`);
    },
  });
  for (let second = 0; second < 30 && !isComplete(lines); second++) await pause(1000);
  await consumer.disconnect();
  return lines;
}
