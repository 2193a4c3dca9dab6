import { Logger } from '@nestjs/common';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import type { Database } from '#connections';
import {
  fenceOf,
  forEachStream,
  type Lease,
  type LeaseOptions,
  outageLog,
  type RecordedEvent,
  Subscription,
  Undeliverable,
} from '#event-store';
import { beforeSending, type Provider, type ProviderConfiguration, ProviderRefused } from '#providers';
import { type Dependencies, isRemovedAtProvider, notificationOf } from './notifications.js';

export const subscriptionNameOf = (provider: string): string => `provider ${provider}`;

const log = new Logger('providers');
/** How many streams are notified about at the same time. */
const concurrency = 8;
/** How many unexpected answers make an event a dead letter. */
const maxUnexpectedAnswers = 5;
const circuitNames = { [CircuitState.Closed]: 'closed', [CircuitState.HalfOpen]: 'half-open' };

/** The provider is unreachable or overloaded, or rejects our credentials (401, 403). The event is not the cause. */
const isOutage = (error: unknown) =>
  error instanceof ProviderRefused && [401, 403, 408, 429, 502, 503, 504].includes(error.status);
const isRefusal = (error: unknown) => error instanceof ProviderRefused && error.status >= 400 && error.status < 500;

export type DeliveryOptions = Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number; halfOpenAfterMs?: number };

/**
 * Sends one provider its notifications at least once, in the log's order for each stream. It records each notification and
 * does not repeat it. While the provider is unreachable, a circuit breaker pauses the notifications.
 */
export class Delivery {
  private readonly circuit: CircuitBreakerPolicy;
  private readonly unexpectedAnswers = new Map<string, number>();

  constructor(
    private readonly provider: Provider,
    private readonly deps: Dependencies,
    private readonly options: DeliveryOptions = {},
  ) {
    const { halfOpenAfterMs: initialDelay = 1_000 } = options;
    this.circuit = circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: new ExponentialBackoff({ initialDelay, maxDelay: Math.max(initialDelay, 60_000) }),
      breaker: new ConsecutiveBreaker(5),
    });
    this.circuit.onStateChange((state) => {
      const name = (circuitNames as Record<number, string>)[state] ?? 'open';
      this.saveCircuit(name).catch((error) => log.warn(`Saving the state of a circuit failed: ${error.message}`));
    });
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await this.saveCircuit('closed').catch(() => {});
    const { database } = this.deps;
    const subscription = new Subscription(database, {
      name: subscriptionNameOf(this.provider.name),
      ...this.options,
      ...outageLog(
        new Logger(subscriptionNameOf(this.provider.name)),
        {
          outage: 'Notifications to the provider are paused',
          recovery: 'Notifications to the provider are sent again.',
        },
        (events, signal, lease) => this.handle(events, signal, lease),
      ),
    });
    await subscription.run(signal);
  }

  /** Throws Undeliverable for an event that the provider refuses, and the outage when it is unreachable. */
  async handle(events: readonly RecordedEvent[], signal?: AbortSignal, lease?: Lease): Promise<void> {
    const { database } = this.deps;
    const { name } = this.provider;
    const { rows } = await database.query<{ event_id: string }>(
      'select event_id from vendor_deliveries where provider = $1 and event_id = any($2)',
      [name, events.map(({ id }) => id)],
    );
    const sent = new Set(rows.map(({ event_id }) => event_id));
    const pending = events.filter(({ id }) => !sent.has(id));
    await forEachStream(pending, concurrency, (event) => this.notify(event, lease), signal, lease);
  }

  private async notify(event: RecordedEvent, lease?: Lease): Promise<void> {
    const send = notificationOf(event, this.provider, this.deps);
    if (!send || (await isRemovedAtProvider(event, this.deps))) return;
    try {
      await this.circuit.execute(() => beforeSending(() => lease?.check(), send));
    } catch (error) {
      if (isOutage(error) || !(error instanceof ProviderRefused)) throw error;
      const answers = (this.unexpectedAnswers.get(event.id) ?? 0) + 1;
      this.unexpectedAnswers.set(event.id, answers);
      if (!isRefusal(error) && answers < maxUnexpectedAnswers) throw error;
      this.unexpectedAnswers.delete(event.id);
      throw new Undeliverable(event, error.message);
    }
    this.unexpectedAnswers.delete(event.id);
    await this.deps.database.query(
      `insert into vendor_deliveries (provider, event_id, notified_at)
       select $1, $2, now() where holds_lease($3, $4) on conflict do nothing`,
      [this.provider.name, event.id, ...fenceOf(lease)],
    );
  }

  private saveCircuit(state: string) {
    return this.deps.database.query(
      `insert into vendor_circuits (provider, state) values ($1, $2)
       on conflict (provider) do update set state = excluded.state, since = now()`,
      [this.provider.name, state],
    );
  }
}

/** `since` is an ISO time. */
export type ProviderState = { provider: string; circuit: string; since: string; deadLetters: number };

/** The states of the configured providers that had a subscription at least once. */
export async function providerStates(
  database: Database,
  configuration: ProviderConfiguration,
): Promise<ProviderState[]> {
  const { rows } = await database.read({
    name: 'provider states',
    text: `select provider, state as circuit, iso_time(since) as since,
      (select count(*)::int from dead_letters where follower = $1 || provider) as "deadLetters"
      from vendor_circuits where provider = any($2) order by provider`,
    values: [subscriptionNameOf(''), Object.keys(configuration.backends)],
  });
  return rows;
}
