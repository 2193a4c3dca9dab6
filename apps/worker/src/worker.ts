import { ConsoleLogger, type DynamicModule, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { CONFIGURATION, CommandsModule, FreshAttempts, POOL } from '#commands';
import { type Configuration, dataSourceOptions, logLevelsOf, poolOf } from '#configuration';
import { Relay } from '#integration';
import { submitOverdue } from './deadlines.js';
import { every } from './every.js';

const second = 1000;
const hour = 3600 * second;

/** The configuration and the pool, for everybody; and the commands. */
@Global()
@Module({})
class WorkerModule {
  static of(configuration: Configuration, pool: pg.Pool): DynamicModule {
    return {
      module: WorkerModule,
      imports: [CommandsModule],
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: POOL, useValue: pool },
      ],
      exports: [CONFIGURATION, POOL],
    };
  }
}

/**
 * Does what happens without a request: publishes the log to Kafka, submits attempts whose time is over, makes the log's
 * partitions ahead. The database must be migrated. `close` ends it all, in seconds.
 */
export async function startWorker(
  configuration: Configuration,
  databaseUrl: string,
): Promise<{ close(): Promise<void> }> {
  const logLevels = logLevelsOf(configuration.logLevel);
  const database = new DataSource(
    dataSourceOptions(databaseUrl, { applicationName: 'exam-proctoring worker', max: 10 }),
  );
  await database.initialize();
  const pool = poolOf(database);
  const app = await NestFactory.createApplicationContext(WorkerModule.of(configuration, pool), {
    logger: new ConsoleLogger({ json: true, logLevels }),
    abortOnError: false,
  });

  const attempts = app.get(FreshAttempts);
  const relay = new Relay(pool, configuration);
  const ending = new AbortController();
  const { signal } = ending;
  const running = Promise.all([
    relay.run(signal),
    every(second, 'deadlines', signal, () => submitOverdue(pool, attempts)),
    every(hour, 'partitions', signal, async () => void (await pool.query('select create_event_partitions()'))),
  ]);
  return {
    async close() {
      ending.abort();
      await running;
      await relay.close();
      await app.close();
      await database.destroy();
    },
  };
}
