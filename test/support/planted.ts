import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import avsc from 'avsc';
import type { Kafka } from 'kafkajs';
import { pack } from '../../libs/integration/src/event-bus/wire-format.js';

/** `plant` makes a text that occurs nowhere else and keeps it in `strings` under its name. */
export function planter() {
  const strings: Record<string, string> = {};
  const plant = (name: string) => {
    if (strings[name]) throw new Error(`${name} is planted twice`);
    const letters = Array.from({ length: 12 }, () => String.fromCharCode(97 + Math.floor(Math.random() * 26)));
    strings[name] = `zq${letters.join('')}`;
    return strings[name];
  };
  return { strings, plant };
}

export type Plant = ReturnType<typeof planter>['plant'];

/** A schema registry with the part of Confluent's protocol that a producer and a consumer need. */
export async function openRegistry() {
  const schemas: string[] = [];
  const register = (schema: string) => {
    if (!schemas.includes(schema)) schemas.push(schema);
    return schemas.indexOf(schema) + 1;
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const [, id] = /\/schemas\/ids\/(\d+)$/.exec(request.url!) ?? [];
    const answer = id ? { schema: schemas[Number(id) - 1] } : { id: register(JSON.parse(body).schema) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, register, close: () => void server.close() };
}

type Registry = Awaited<ReturnType<typeof openRegistry>>;

const record = (name: string, fields: Record<string, unknown>) => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
});
const pii = record('UserPersonalData', { username: 'string', email: 'string', name: 'string' });
const user = record('UserData', { id: 'long', is_active: 'boolean', pii });
const course = record('CourseData', { course_key: 'string' });
const schemas = {
  enrollment: record('CloudEvent', {
    enrollment: record('CourseEnrollmentData', { user, course, mode: 'string', is_active: 'boolean' }),
  }),
  retirement: record('CloudEvent', { user: record('UserNonPersonalData', { id: 'long' }) }),
};

/** Publishes a message in Avro, as openedx-events writes it. */
export async function publishAsOpenEdx(
  kafka: Kafka,
  registry: Registry,
  topic: string,
  type: string,
  schema: keyof typeof schemas,
  data: object,
): Promise<void> {
  const value = pack(
    registry.register(JSON.stringify(schemas[schema])),
    avsc.Type.forSchema(schemas[schema] as any),
    data,
  );
  const headers = { ce_type: `org.openedx.learning.${type}.v1`, ce_time: new Date().toISOString() };
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic, messages: [{ key: 'a course', value, headers }] });
  await producer.disconnect();
}
