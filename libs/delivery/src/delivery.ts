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
import { type Dependencies, notificationOf } from './notifications.js';

export const subscriptionNameOf = (provider: string): string => `provider ${provider}`;

const log = new Logger('providers');
/** Notifications of different learners are sent at the same time. */
const lanes = 8;
/** Answers that make no sense, before an event is given up. */
const mostOddAnswers = 5;
const circuitNames = { [CircuitState.Closed]: 'closed', [CircuitState.HalfOpen]: 'half-open' };

/** The provider is away, overloaded, or does not know us: it is not the event's fault. Status 401 and 403 are ours. */
const isOutage = (error: unknown) =>
  error instanceof ProviderRefused && [401, 403, 408, 429, 502, 503, 504].includes(error.status);
const isRefusal = (error: unknown) => error instanceof ProviderRefused && error.status >= 400 && error.status < 500;

export type DeliveryOptions = Pick<LeaseOptions, 'leaseMs'> & { pollMs?: number; halfOpenAfterMs?: number };

/**
 * Tells one provider what the log says, in its order for each learner at each exam, at least once; what was told is
 * recorded and not told again. While the provider is away all waits, and a circuit breaker leaves it in peace.
 */
export class Delivery {
  private readonly circuit: CircuitBreakerPolicy;
  private readonly oddAnswers = new Map<string, number>();

  constructor(
    private readonly provider: Provider,
    private readonly around: Dependencies,
    private readonly options: DeliveryOptions = {},
  ) {
    const { halfOpenAfterMs: initialDelay = 1_000 } = options;
    this.circuit = circuitBreaker(handleWhen(isOutage), {
      halfOpenAfter: new ExponentialBackoff({ initialDelay, maxDelay: Math.max(initialDelay, 60_000) }),
      breaker: new ConsecutiveBreaker(5),
    });
    this.circuit.onStateChange((state) => {
      const name = (circuitNames as Record<number, string>)[state] ?? 'open';
      this.saveCircuit(name).catch((error) => log.warn(`The state of a circuit is not saved: ${error.message}`));
    });
  }

  /** Until `signal`. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await this.saveCircuit('closed').catch(() => {});
    const { database } = this.around;
    const follower = new Subscription(database, {
      name: subscriptionNameOf(this.provider.name),
      pollMs: this.options.pollMs,
      leaseMs: this.options.leaseMs,
      ...outageLog(
        new Logger(subscriptionNameOf(this.provider.name)),
        { outage: 'The vendor cannot be told, so its news wait', recovery: 'The vendor is told again.' },
        async (events, signal, lease) => {
          await this.forgetOthers(events, lease);
          await this.handle(events, signal, lease);
        },
      ),
    });
    await follower.run(signal);
  }

  /** Throws Undeliverable for an event that the provider will not take, and the outage where it is away. */
  async handle(events: readonly RecordedEvent[], signal?: AbortSignal, lease?: Lease): Promise<void> {
    const { database } = this.around;
    const { name } = this.provider;
    const { rows } = await database.query<{ event_id: string }>(
      'select event_id from vendor_deliveries where provider = $1 and event_id = any($2)',
      [name, events.map(({ id }) => id)],
    );
    const told = new Set(rows.map(({ event_id }) => event_id));
    const news = events.filter(({ id }) => !told.has(id));
    await forEachStream(news, lanes, (event) => this.tell(event, lease), signal, lease);
  }

  private async tell(event: RecordedEvent, lease?: Lease): Promise<void> {
    const notify = notificationOf(event, this.provider, this.around);
    if (!notify) return;
    try {
      await this.circuit.execute(() => beforeSending(() => lease?.check(), notify));
    } catch (error) {
      if (isOutage(error) || !(error instanceof ProviderRefused)) throw error;
      const odd = (this.oddAnswers.get(event.id) ?? 0) + 1;
      this.oddAnswers.set(event.id, odd);
      if (!isRefusal(error) && odd < mostOddAnswers) throw error;
      this.oddAnswers.delete(event.id);
      throw new Undeliverable(event, error.message);
    }
    this.oddAnswers.delete(event.id);
    await this.around.database.query(
      'insert into vendor_deliveries select $1, $2 where holds_lease($3, $4) on conflict do nothing',
      [this.provider.name, event.id, ...fenceOf(lease)],
    );
  }

  /** The checkpoint is past all earlier batches. */
  private forgetOthers(events: readonly RecordedEvent[], lease: Lease) {
    return this.around.database.query(
      'delete from vendor_deliveries where provider = $1 and event_id <> all($2) and (select holds_lease($3, $4))',
      [this.provider.name, events.map(({ id }) => id), ...fenceOf(lease)],
    );
  }

  private saveCircuit(state: string) {
    return this.around.database.query(
      `insert into vendor_circuits (provider, state) values ($1, $2)
       on conflict (provider) do update set state = excluded.state, since = now()`,
      [this.provider.name, state],
    );
  }
}

export type ProviderState = { provider: string; circuit: string; deadLetters: number };

/** How the providers are doing that are configured and were ever told something. */
export async function providerStates(
  database: Database,
  configuration: ProviderConfiguration,
): Promise<ProviderState[]> {
  const { rows } = await database.read({
    name: 'vendor states',
    text: `select provider, state as circuit,
      (select count(*)::int from dead_letters where follower = $1 || provider) as "deadLetters"
      from vendor_circuits where provider = any($2) order by provider`,
    values: [subscriptionNameOf(''), Object.keys(configuration.backends)],
  });
  return rows;
}
