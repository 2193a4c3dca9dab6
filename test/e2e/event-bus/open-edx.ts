import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Child, freePort } from '../../conformance/child.js';
import { pythonWith } from '../../support/python.js';

const { registryCommand } = await import(join(process.cwd(), 'scripts/registry.mjs'));

export type Signal = { type: string; metadata: Record<string, unknown>; data: Record<string, any>; schema: string };
export type EdxEvent = { type: string; topic: string; key: string; time: string; data: object };

/** The side of Open edX on the event bus: its own packages and a schema registry. Throws if they cannot be installed. */
export async function openEdx() {
  const fetched = registryCommand({ log: () => {} });
  fetched.catch(() => {}); // awaited below
  const versions = { 'edx-event-bus-kafka': '6.1.0', 'openedx-events': '10.5.0' };
  const packages = Object.entries(versions).map(([name, version]) => `${name}==${version}`);
  const python = join(
    pythonWith(`event-bus-${Object.values(versions).join('-')}`, [
      ...packages,
      'confluent-kafka[avro,schemaregistry]==2.16.1',
    ]),
    'python',
  );
  const command: string[] = await fetched;
  const dir = mkdtempSync(join(tmpdir(), 'proctoring-event-bus-'));
  const ends: (() => unknown)[] = [];
  const run = (program: string, ...args: string[]) => {
    const child = spawn(python, [join('test/e2e/event-bus', program), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    ends.push(() => child.kill('SIGKILL'));
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  };

  return {
    /** Starts the registry and answers its port. */
    async startRegistry() {
      const port = await freePort();
      const env = { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: String(port) };
      const registry = new Child('registry', dir, command, env);
      ends.push(() => registry.stop());
      await registry.answers(port, '/apis/ccompat/v7/subjects');
      return port;
    },

    /** The next signals that the consumer of Open edX emits from a topic. */
    async signals(count: number, ...args: string[]): Promise<Signal[]> {
      const { child, lines } = run('consumer.py', ...args);
      const emitted: Signal[] = [];
      while (emitted.length < count) {
        const { value, done } = await lines.next();
        if (done) throw new Error('The consumer ended.');
        emitted.push(JSON.parse(value));
      }
      child.kill('SIGTERM');
      await once(child, 'exit');
      return emitted;
    },

    /** Answers a function that sends one message after the other by the producer of Open edX. */
    producer(...args: string[]) {
      const { child, lines } = run('producer.py', ...args);
      return async (event: EdxEvent) => {
        child.stdin.write(`${JSON.stringify(event)}\n`);
        if ((await lines.next()).value !== 'sent') throw new Error('The producer ended.');
      };
    },

    async close() {
      await Promise.all(ends.map((end) => end()));
      rmSync(dir, { recursive: true });
    },
  };
}
