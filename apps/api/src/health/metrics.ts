import { Controller, Get, Header, Injectable } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { Clock } from '#clock';
import { Configuration } from '#configuration';
import { Database } from '#connections';
import { providerStates, subscriptionNameOf } from '#delivery';
import { failuresOf, lagOf, leaders, openTransactions, positionsLeft, stoppedSubscriptions } from '#event-store';
import { relayName } from '#integration';
import { mailLag } from '#mail';
import { unwitnessedSeconds, witnessPolicyOf } from '#merkle-log';
import { Admission } from '../admission/admission.js';
import { Gate } from '../auth/authentication.js';
import { Answers, Refuses } from '../document/answers.js';
import { text } from '../document/schemas.js';

/** The metrics of this process and of the database, for Prometheus. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Duration of requests, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });

  private readonly refresh: () => Promise<void>;

  constructor(
    database: Database,
    configuration: Configuration,
    private readonly admission: Admission,
    clock: Clock,
  ) {
    const { settings, unwitnessedMaxSeconds } = configuration;
    const witnesses = witnessPolicyOf(configuration);
    collectDefaultMetrics({ register: this.registry });
    this.registry.removeSingleMetric('nodejs_version_info'); // Nobody outside needs to know it.
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [this.registry] });
    this.observeAdmission();
    const subscriptions = [
      { lag: () => lagOf(database, relayName), metric: 'relay', subscription: 'the relay to Kafka' },
      { lag: () => mailLag(database), metric: 'mail', subscription: 'the mailer' },
    ].map(({ lag, metric, subscription }) => ({
      lag,
      waiting: gauge(`proctoring_${metric}_events_waiting`, `Events that ${subscription} has not handled yet.`),
      oldest: gauge(`proctoring_${metric}_oldest_waiting_seconds`, 'Age of the oldest of them.'),
      dead: gauge(
        `proctoring_${metric}_dead_letters`,
        `Events that ${subscription} cannot deliver, and events that wait behind them.`,
      ),
    }));
    const failures = new Counter({
      name: 'proctoring_follower_failures_total',
      help: 'Failures of a subscription; it tries again.',
      labelNames: ['follower'],
      registers: [this.registry],
    });
    const stopped = new Gauge({
      name: 'proctoring_follower_stopped',
      help: '1 for a subscription that waits for an operator; /health/ready has the reason.',
      labelNames: ['follower'],
      registers: [this.registry],
    });
    const skew = gauge('proctoring_clock_skew_seconds', "How far this process's clock is ahead of the database's.");
    const endsNone = gauge('proctoring_clock_ends_no_attempt', '1 while the clock is in doubt: no attempt is ended.');
    const lead = new Gauge({
      name: 'proctoring_leader',
      help: '1 for the process that leads a task, by holder (host and process).',
      labelNames: ['task', 'holder'],
      registers: [this.registry],
    });
    const room = gauge('proctoring_log_positions_left', 'Events for which the log has partitions; 10,000,000 each.');
    const held = gauge(
      'proctoring_oldest_transaction_seconds',
      'Age of the transaction that holds subscriptions back.',
    );
    const open = new Gauge({
      name: 'proctoring_open_transaction_seconds',
      help: "Ages of the server's transactions that subscriptions wait for: open for a second, or prepared.",
      labelNames: ['database', 'application', 'pid', 'gid'],
      registers: [this.registry],
    });
    const unwitnessed = gauge(
      'proctoring_log_unwitnessed_seconds',
      'Age of the oldest signed checkpoint that lacks witnesses; 0 without WITNESSES.',
    );
    const isTooLong = gauge(
      'proctoring_log_unwitnessed_too_long',
      '1 while signed checkpoints lack witnesses for longer than UNWITNESSED_MAX_SECONDS.',
    );
    const perProvider = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['provider'], registers: [this.registry] });
    const circuits = perProvider(
      'proctoring_vendor_circuit_open',
      '1 while a provider gets no notifications because it failed too often.',
    );
    const deadLettersOf = perProvider(
      'proctoring_vendor_dead_letters',
      'Events that a provider did not accept, and events that wait behind them.',
    );
    const waitingOf = perProvider(
      'proctoring_vendor_events_waiting',
      'Events of which a provider has not been notified yet.',
    );
    const oldestOf = perProvider('proctoring_vendor_oldest_waiting_seconds', 'Age of the oldest of them.');
    this.refresh = async () => {
      for (const { lag, waiting, oldest, dead } of subscriptions) {
        const { events, oldestSeconds, deadLetters } = await lag();
        waiting.set(events);
        oldest.set(oldestSeconds);
        dead.set(deadLetters);
      }
      const { rows } = await database.query('select oldest_transaction_age() as age');
      for (const { provider, circuit, deadLetters } of await providerStates(database, settings)) {
        const lag = await lagOf(database, subscriptionNameOf(provider));
        waitingOf.set({ provider }, lag.events);
        oldestOf.set({ provider }, lag.oldestSeconds);
        circuits.set({ provider }, circuit === 'closed' ? 0 : 1);
        deadLettersOf.set({ provider }, deadLetters);
      }
      held.set(rows[0].age);
      room.set(await positionsLeft(database));
      const { skewSeconds, endsNoAttempt } = clock.state();
      skew.set(skewSeconds);
      endsNone.set(endsNoAttempt === null ? 0 : 1);
      stopped.reset();
      for (const { follower } of await stoppedSubscriptions(database)) stopped.set({ follower }, 1);
      lead.reset();
      for (const { task, holder } of await leaders(database)) if (holder) lead.set({ task, holder }, 1);
      open.reset();
      for (const { database: name, application, pid, gid, seconds } of await openTransactions(database))
        open.set({ database: name, application: application ?? '', pid: pid ?? '', gid: gid ?? '' }, seconds);
      const seconds = await unwitnessedSeconds(database, witnesses);
      unwitnessed.set(seconds);
      isTooLong.set(seconds > unwitnessedMaxSeconds ? 1 : 0);
      failures.reset(); // the database counts, for all processes
      for (const each of await failuresOf(database)) failures.inc({ follower: each.follower }, each.failures);
    };
  }

  private observeAdmission() {
    const { admission } = this;
    const common = { labelNames: ['priority'] as const, registers: [this.registry] };
    new Gauge({
      ...common,
      name: 'proctoring_requests_waiting',
      help: 'Requests that wait for others to end, by priority.',
      collect() {
        for (const [priority, length] of Object.entries(admission.queueLengths())) this.set({ priority }, length);
      },
    });
    const waited = new Histogram({
      ...common,
      name: 'proctoring_request_wait_seconds',
      help: 'Time that requests waited before they ran.',
      buckets: [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    });
    const refused = new Counter({
      ...common,
      name: 'proctoring_requests_refused_total',
      help: 'Requests that were refused with 503 because the service was busy.',
    });
    admission.log = {
      waited: (priority, seconds) => waited.observe({ priority }, seconds),
      refused: (priority) => refused.inc({ priority }),
    };
  }

  async text(): Promise<string> {
    await this.refresh();
    return this.registry.metrics();
  }

  observe(request: FastifyRequest, reply: FastifyReply) {
    if (reply.raw.destroyed && !reply.raw.writableFinished) return; // The client did not wait for the answer.
    if (request.routeOptions.config.isStream) return; // Its duration is that of the client's interest.
    const route = request.routeOptions.url ?? 'unknown';
    this.durations.labels(request.method, route, String(reply.statusCode)).observe(reply.elapsedTime / 1000);
  }
}

@ApiTags('health')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Gate('anyone', { limitMs: 5_000 })
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  @Answers(200, text, { type: 'text/plain' })
  @Refuses(503)
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  getMetrics() {
    return this.metrics.text();
  }
}
