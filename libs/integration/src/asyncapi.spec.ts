import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { publishedOf, stories, witnessedMessage } from './messages.examples.js';
import { topics } from './messages.js';
import { logCheckpointTopic } from './topic-settings.js';

const document = load(readFileSync('docs/asyncapi.yaml', 'utf8')) as any;
const { channels, components, operations } = document;
const name = (reference: { $ref: string }) => reference.$ref.split('/').at(-1)!;

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    'date-time': (text: string) => new Date(text).toISOString() === text,
  },
}).addSchema(document, 'document');

const published = (Object.keys(stories) as (keyof typeof stories)[])
  .flatMap(publishedOf)
  .map(({ value, ...message }) => ({ ...message, payload: JSON.parse(value) }));

/** The errors of a message against its schema. */
const errorsOf = (schema: string, value: object) => {
  const validate = ajv.getSchema(`document#/components/messages/${schema}`)!;
  return validate(value) ? [] : validate.errors!;
};

describe('docs/asyncapi.yaml', () => {
  it('names exactly the topics that the service publishes to', () => {
    const addresses = Object.values<any>(channels).map(({ address }) => address);
    expect(addresses).toEqual([...topics.map((topic) => topic.name), logCheckpointTopic]);
    expect(Object.values<any>(operations).map(({ channel }) => name(channel))).toEqual(Object.keys(channels));
  });

  it('describes every message of every story, and every field of it', () => {
    for (const { topic, key, headers, payload } of published) {
      const channel = Object.values<any>(channels).find(({ address }) => address === topic);
      const matching = Object.keys(channel.messages).filter(
        (each) => errorsOf(`${each}/headers`, headers).length === 0,
      );
      expect(matching).toHaveLength(1);
      const [message] = matching;
      expect(errorsOf(`${message}/payload`, payload)).toEqual([]);
      expect(Object.keys(components.messages[message].payload.properties)).toEqual(
        expect.arrayContaining(Object.keys(payload)),
      );
      expect(key).toMatch(new RegExp(components.messageBindings.key.kafka.key.pattern));
    }
  });

  it('describes the message with a witnessed checkpoint', () => {
    const { headers, value } = witnessedMessage;
    expect(errorsOf('logCheckpointWitnessed/headers', headers)).toEqual([]);
    expect(errorsOf('logCheckpointWitnessed/payload', JSON.parse(value))).toEqual([]);
    const { properties } = components.messages.logCheckpointWitnessed.payload;
    expect(Object.keys(properties)).toEqual(Object.keys(JSON.parse(value)));
  });

  it('is valid AsyncAPI', async () => {
    const problems = await new Parser().validate(readFileSync('docs/asyncapi.yaml', 'utf8'));
    expect(problems.filter(({ severity }) => severity <= 1)).toEqual([]);
    const [planted] = await new Parser().validate('asyncapi: 3.0.0\ninfo: { title: No version }');
    expect(planted.message).toContain('version');
  });
});
