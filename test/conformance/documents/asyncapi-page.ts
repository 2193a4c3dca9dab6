import { readFileSync } from 'node:fs';
import { dump, load } from 'js-yaml';
import { retentionOf, topicSettingsOf } from '../../../libs/integration/src/index.js';
import { publishedOf, stories, witnessedMessage } from '../../../libs/integration/src/messages.examples.js';

type Example = { name: keyof typeof stories | 'witnessed'; headers: { ce_type: string } };

export const asyncapi = (): any => load(readFileSync('docs/asyncapi.yaml', 'utf8'));

/** The text of docs/asyncapi.yaml: the present text with the examples that today's code gives. */
export function asyncapiPage(): string {
  const document = asyncapi();
  for (const message of Object.values<any>(document.components.messages)) message.examples.forEach(fill);
  for (const { address, bindings } of Object.values<any>(document.channels)) {
    const { partitions, replicas, retentionDays } = topicSettingsOf(address);
    const topicConfiguration = { ...retentionOf(retentionDays), 'cleanup.policy': ['delete'] };
    bindings.kafka = { partitions, replicas, topicConfiguration, bindingVersion: '0.5.0' };
  }
  return dump(document, { lineWidth: 120, noRefs: true });
}

/** The name of an example is a story, or `witnessed`. The example is the last message of its type in this story. */
function fill(example: Example & { payload?: object }) {
  const { name, headers } = example;
  const published = name === 'witnessed' ? [witnessedMessage] : publishedOf(name);
  const message = published.findLast((each) => each.headers.ce_type === headers.ce_type);
  if (!message) throw new Error(`The story "${name}" publishes no ${headers.ce_type}.`);
  example.headers = message.headers as Example['headers'];
  example.payload = JSON.parse(message.value);
}
