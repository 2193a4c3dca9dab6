import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { loadConfiguration } from '#configuration';
import { Publisher } from './publisher.js';

Logger.overrideLogger(false);

it('a broker that accepts connections and never answers is abandoned, and the process can end', async () => {
  const sockets = new Set<Socket>();
  const broker = createServer((socket) => sockets.add(socket.on('error', () => {}))).listen(0, '127.0.0.1');
  await once(broker, 'listening');
  const { port } = broker.address() as AddressInfo;
  const publisher = new Publisher(
    loadConfiguration({ KAFKA_BROKERS: `127.0.0.1:${port}` }),
    ['proctoring.attempts.v1'],
    'kafka',
  );
  await expect(publisher.committed()).rejects.toThrow();
  expect(sockets.size).toBeGreaterThan(0);
  await publisher.close();
  for (const socket of sockets) socket.destroy();
  broker.close();
}, 90_000);
