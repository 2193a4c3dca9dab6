import type { SettingInForce } from '#configuration';
import type { Leader } from '#event-store';
import {
  type HealthHistory,
  type HealthSpan,
  type KafkaSettings,
  type LogSize,
  type MerkleTreeStatus,
  type ProviderStatus,
  type SubscriptionSpan,
  type SubscriptionStatus,
  type SystemStatus,
  subscriptionStates,
} from '#operations';
import { flag, integer, listOf, number, object, oneOf, orNull, text, time } from '../document/schemas.js';
import { clockState, openTransaction } from '../health/health.answers.js';

const subscription = object<SubscriptionStatus>('SubscriptionStatus', {
  subscription: text,
  state: {
    ...oneOf(...subscriptionStates),
    description: '`failing`: it has not moved since an error. `stopped`: an operator must decide',
  },
  waiting: { ...number, description: 'Events that it has not handled' },
  oldest_waiting_seconds: number,
  dead_letters: integer,
  position: orNull(text),
  moved_at: orNull(time),
  leader: orNull({ ...text, description: 'Host and process' }),
  failures: integer,
  stopped: orNull(text),
  last_error: orNull(text),
  last_error_at: orNull(time),
});

export const subscriptions = object('SubscriptionStatuses', { results: listOf(subscription) });

export const providers = object('ProviderStatuses', {
  results: listOf(
    object<ProviderStatus>('ProviderStatus', {
      provider: text,
      verbose_name: text,
      is_default: flag,
      circuit: orNull({ ...text, description: '`open`: it gets no notifications because it failed too often' }),
      circuit_since: orNull(time),
      subscription: orNull(text),
      dead_letters: integer,
      last_notified_at: orNull(time),
      notified_last_hour: integer,
      quarantined_callbacks: integer,
    }),
  ),
});

export const system = object<SystemStatus & { ready: boolean; problem: string | null }>('SystemStatus', {
  ready: flag,
  problem: orNull(text),
  clock: clockState,
  log: object<LogSize>('LogSize', {
    generation: orNull(integer),
    generation_began_at: orNull(time),
    generation_reason: orNull(text),
    events: { ...number, description: 'The last position. Rollbacks leave gaps, so there may be fewer events' },
    positions_left: number,
    partitions: listOf(object('LogPartition', { name: text, bytes: number })),
    database_bytes: number,
  }),
  merkle_tree: orNull(
    object<MerkleTreeStatus>('MerkleTreeStatus', {
      tree: integer,
      size: number,
      root: text,
      signed_size: orNull(number),
      signed_at: orNull(time),
      witnessed_size: orNull(number),
      unwitnessed_seconds: number,
      quorum: integer,
      witnesses: listOf(object('WitnessStatus', { name: text, url: text, has_cosigned: flag })),
    }),
  ),
  kafka: object<KafkaSettings>('KafkaSettings', {
    brokers: listOf(text),
    topics: listOf(text),
    transactions: flag,
    event_bus: flag,
  }),
  leaders: listOf(
    object<Leader>('Leader', {
      task: text,
      holder: orNull(text),
      epoch: orNull(number),
      secondsLeft: orNull(number),
      stopped: orNull(text),
    }),
  ),
  open_transactions: listOf(openTransaction),
  quarantined_callbacks: integer,
});

export const history = object<HealthHistory>('HealthHistory', {
  from: time,
  until: time,
  step_seconds: integer,
  spans: listOf(
    object<HealthSpan>('HealthSpan', {
      at: time,
      minutes: { ...integer, description: 'Records in the span. The worker writes one a minute' },
      minutes_not_ready: integer,
      problem: orNull(text),
      quarantined_callbacks: integer,
      oldest_transaction_seconds: number,
      unwitnessed_seconds: number,
    }),
  ),
  subscriptions: listOf(
    object('SubscriptionHistory', {
      subscription: text,
      spans: listOf(
        object<SubscriptionSpan>('SubscriptionSpan', {
          at: time,
          waiting: number,
          oldest_waiting_seconds: number,
          dead_letters: number,
          failures: number,
        }),
      ),
    }),
  ),
});

export const settingsSchema = object('SettingsInForce', {
  results: listOf(
    object<SettingInForce>('SettingInForce', {
      name: text,
      source: oneOf('environment', 'settings file'),
      value: orNull({ ...text, description: 'Null for a secret, and for a setting that is not set' }),
      is_secret: flag,
      is_set: flag,
      is_default: flag,
      means: text,
    }),
  ),
});
