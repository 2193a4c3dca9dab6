import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { publishedOf, stories } from './messages.examples.js';
import { topics } from './messages.js';

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

const told = (Object.keys(stories) as (keyof typeof stories)[])
  .flatMap(publishedOf)
  .map(({ value, ...message }) => ({ ...message, payload: JSON.parse(value) }));

/** The errors that a schema finds in a message. */
const complaints = (schema: string, value: object) => {
  const validate = ajv.getSchema(`document#/components/messages/${schema}`)!;
  return validate(value) ? [] : validate.errors!;
};

describe('the description of the messages', () => {
  it('names the topics there are', () => {
    const addresses = Object.values<any>(channels).map(({ address }) => address);
    expect(addresses).toEqual(topics.map((topic) => topic.name));
    expect(Object.values<any>(operations).map(({ channel }) => name(channel))).toEqual(Object.keys(channels));
  });

  it('fits every message of every story, which says no more than it describes', () => {
    for (const { topic, key, headers, payload } of told) {
      const channel = Object.values<any>(channels).find(({ address }) => address === topic);
      const fitting = Object.keys(channel.messages).filter(
        (each) => complaints(`${each}/headers`, headers).length === 0,
      );
      expect(fitting).toHaveLength(1);
      const [message] = fitting;
      expect(complaints(`${message}/payload`, payload)).toEqual([]);
      expect(Object.keys(components.messages[message].payload.properties)).toEqual(
        expect.arrayContaining(Object.keys(payload)),
      );
      expect(key).toMatch(new RegExp(components.messageBindings.key.kafka.key.pattern));
    }
  });

  it('is valid AsyncAPI', async () => {
    const problems = await new Parser().validate(readFileSync('docs/asyncapi.yaml', 'utf8'));
    expect(problems.filter(({ severity }) => severity <= 1)).toEqual([]);
    const [planted] = await new Parser().validate('asyncapi: 3.0.0\ninfo: { title: No version }');
    expect(planted.message).toContain('version');
  });
});
