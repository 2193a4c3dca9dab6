import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '#clock';
import { standaloneCommands } from '#commands';
import { type Configuration, loadConfiguration } from '#configuration';
import { Database } from '#connections';
import type { Dependencies } from '#delivery';
import { EventStore, type StoreOptions } from '#event-store';
import { withDatabase } from './database.js';

/** Runs `work` with the dependencies of commands, on the service's database. */
export function withCommands<T>(work: (deps: Dependencies) => Promise<T>, store?: StoreOptions): Promise<T> {
  const configuration: Configuration = loadConfiguration(process.env);
  return withDatabase(configuration, async ({ worker: url }) => {
    const connection = { applicationName: 'exam-proctoring cli', max: 5 };
    const module = standaloneCommands(configuration, url, connection, store);
    const app = await NestFactory.createApplicationContext(module, { logger: ['error', 'warn'], abortOnError: false });
    try {
      return await work({
        database: app.get(Database, { strict: false }),
        configuration,
        events: app.get(EventStore),
        commands: app.get(CommandBus),
        clock: app.get(Clock),
      });
    } finally {
      await app.close();
    }
  });
}
