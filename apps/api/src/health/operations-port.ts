import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Configuration } from '#configuration';
import { refused } from '../http/http-answer.js';

const documentation = /^\/docs\b/;
const metrics = /^\/metrics$/;
const health = /^\/health\//;

/**
 * Serves /docs and /metrics only if they are on, and only on the port for operations if there is one. That port also serves
 * /health, and nothing else.
 */
@Injectable()
export class OperationsPort {
  private readonly requests = new WeakSet<IncomingMessage>();
  private server?: Server;

  constructor(private readonly configuration: Configuration) {}

  /** Refuses requests for routes that their port does not serve. */
  restrict(fastify: FastifyInstance) {
    const { docs, metrics: counts, operationsPort } = this.configuration;
    fastify.addHook('onRequest', async ({ raw, routeOptions: { url = '' } }) => {
      const isHere = this.requests.has(raw);
      const isOperation = documentation.test(url) || metrics.test(url);
      const isOff = (documentation.test(url) && docs === 'off') || (metrics.test(url) && counts === 'off');
      const isElsewhere = isHere ? !isOperation && !health.test(url) : isOperation && operationsPort !== undefined;
      if (isOff || isElsewhere) throw refused(404, 'Not found.');
    });
    fastify.addHook('onClose', () => this.close());
  }

  /** Answers the port that it listens on; undefined if none is configured. */
  async listen(fastify: FastifyInstance): Promise<number | undefined> {
    const { operationsPort: port, host } = this.configuration;
    if (port === undefined) return undefined;
    const server = createServer((request, response) => {
      this.requests.add(request);
      fastify.routing(request, response);
    });
    this.server = server;
    await new Promise<void>((done, fail) => server.once('error', fail).listen(port, host, done));
    return (server.address() as { port: number }).port;
  }

  private async close(): Promise<void> {
    const { server } = this;
    if (!server?.listening) return;
    await new Promise((done) => {
      server.close(done);
      server.closeIdleConnections();
    });
  }
}
