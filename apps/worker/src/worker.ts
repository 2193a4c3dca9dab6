import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Configuration, logLevelsOf } from '#configuration';
import type { LeaseOptions } from '#event-store';
import { workerModule } from './worker.module.js';

/** Starts the work that no request asks for. The database must be migrated. `close` ends the work within seconds. */
export async function startWorker(
  configuration: Configuration,
  databaseUrl: string,
  options: Pick<LeaseOptions, 'leaseMs'> = {},
): Promise<{ close(): Promise<void> }> {
  const logger = new ConsoleLogger({ json: true, logLevels: logLevelsOf(configuration.logLevel) });
  const module = workerModule(configuration, databaseUrl, options);
  return NestFactory.createApplicationContext(module, { logger, abortOnError: false });
}
