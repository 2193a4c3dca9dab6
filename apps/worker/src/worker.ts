import { ConsoleLogger, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { pruneAccessLog, recordAccess } from '#access-log';
import { Clock } from '#clock';
import {
  OverdueAttempts,
  pruneAnswers,
  pruneCallbacks,
  RetireLearner,
  removeOrphans,
  standaloneCommands,
} from '#commands';
import { type Configuration, databaseOf, dataSourceOptions, logLevelsOf } from '#configuration';
import { Delivery } from '#delivery';
import { EventStore, type Lease, type LeaseOptions, whileLeading } from '#event-store';
import { EventBusReader, Relay } from '#integration';
import { Mailer } from '#mail';
import { providersOf } from '#providers';
import { submitOverdue } from './deadlines.js';
import { runEvery } from './run-every.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Does what happens without a request: publishes the log to Kafka, reads the event bus, tells providers, sends mail, submits
 * attempts whose time is over, makes the log's partitions ahead, prunes old answers, refused reviews of nobody and the
 * access log. The database must be migrated. `close` ends it all, in seconds.
 */
export async function startWorker(
  configuration: Configuration,
  databaseUrl: string,
  options: Pick<LeaseOptions, 'leaseMs'> = {},
): Promise<{ close(): Promise<void> }> {
  const logLevels = logLevelsOf(configuration.logLevel);
  const source = new DataSource(dataSourceOptions(databaseUrl, { applicationName: 'exam-proctoring worker', max: 10 }));
  await source.initialize();
  const database = databaseOf(source);
  const app = await NestFactory.createApplicationContext(standaloneCommands(configuration, database), {
    logger: new ConsoleLogger({ json: true, logLevels }),
    abortOnError: false,
  });

  const attempts = app.get(OverdueAttempts);
  const relay = new Relay(database, configuration, options);
  const commands = app.get(CommandBus);
  const eventBus = new EventBusReader(database, configuration, async (userId, at) => {
    await recordAccess(database, [{ action: 'event bus retirement', outcome: 'begun', objects: [`user:${userId}`] }]);
    await commands.execute(new RetireLearner(userId, at, { actor: { kind: 'lms' } }));
  });
  const around = { database, configuration, events: app.get(EventStore), commands, clock: app.get(Clock) };
  const deliveries = providersOf(configuration.settings)
    .filter(({ wantsNews, makesReady }) => wantsNews || makesReady)
    .map((provider) => new Delivery(provider, around, options));
  const mailer = new Mailer(around, options);
  const ending = new AbortController();
  const { signal } = ending;
  /** In one process at a time, and in none that has a `doubt`. */
  const alone = (
    ms: number,
    name: string,
    work: (signal: AbortSignal) => Promise<void>,
    doubt?: () => string | undefined,
  ) => {
    const log = new Logger(name);
    let failure = '';
    const unlessInDoubt = async (leading: AbortSignal, lease: Lease) => {
      const reason = doubt?.();
      if (reason) lease.lose(reason);
      else await work(leading);
    };
    return whileLeading(
      database,
      name,
      signal,
      (leading, lease) => runEvery(ms, name, leading, () => unlessInDoubt(leading, lease)),
      {
        ...options,
        mayLead: () => doubt?.() === undefined,
        onLead: (line) => log.log(line),
        onError(error) {
          const { message } = error as Error;
          if (message !== failure) log.warn(message);
          failure = message;
        },
      },
    );
  };
  const running = Promise.all([
    relay.run(signal),
    eventBus.run(signal),
    ...deliveries.map((delivery) => delivery.run(signal)),
    mailer.run(signal),
    runEvery(minute, 'mail', signal, () => mailer.retryPutOff(signal)),
    alone(10 * second, 'registrations', async () => void (await removeOrphans(database, configuration.settings))),
    alone(
      second,
      'deadlines',
      (signal) => submitOverdue(database, attempts, around.clock, signal),
      () => around.clock.reasonToEndNoAttempt(),
    ),
    runEvery(10 * minute, 'idempotency keys', signal, () =>
      pruneAnswers(database, configuration.idempotencyDays, signal),
    ),
    runEvery(hour, 'refused reviews', signal, () => pruneCallbacks(database)),
    runEvery(hour, 'access log', signal, () => pruneAccessLog(database, configuration.accessLogDays, signal)),
    runEvery(hour, 'partitions', signal, async () => void (await database.query('select create_event_partitions()'))),
  ]);
  return {
    async close() {
      ending.abort();
      await running;
      await relay.close();
      await app.close();
      await source.destroy();
    },
  };
}
