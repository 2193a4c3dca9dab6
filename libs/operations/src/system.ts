import type { Clock, ClockState } from '#clock';
import type { Configuration } from '#configuration';
import type { Database } from '#connections';
import { type Leader, leaders, type OpenTransaction, openTransactions, positionsLeft } from '#event-store';
import { checkpointTopic, logCheckpointTopic, publishedTopics } from '#integration';
import {
  newestSignedCheckpoint,
  newestWitnessedCheckpoint,
  signedAt,
  unwitnessedSeconds,
  witnessPolicyOf,
} from '#merkle-log';

/** Sizes are in bytes. `events` is the last position: rollbacks leave gaps, so there may be fewer. */
export type LogSize = {
  generation: number | null;
  generation_began_at: string | null;
  generation_reason: string | null;
  events: number;
  positions_left: number;
  partitions: { name: string; bytes: number }[];
  database_bytes: number;
};

export type MerkleTreeStatus = {
  tree: number;
  size: number;
  root: string;
  signed_size: number | null;
  signed_at: string | null;
  witnessed_size: number | null;
  unwitnessed_seconds: number;
  quorum: number;
  witnesses: { name: string; url: string; has_cosigned: boolean }[];
};

export type KafkaSettings = {
  brokers: string[];
  topics: string[];
  transactions: boolean;
  event_bus: boolean;
};

/** The state of the whole system, in the words of REST. */
export type SystemStatus = {
  clock: ClockState;
  log: LogSize;
  merkle_tree: MerkleTreeStatus | null;
  kafka: KafkaSettings;
  leaders: Leader[];
  open_transactions: OpenTransaction[];
  quarantined_callbacks: number;
};

export async function systemStatus(
  database: Database,
  configuration: Configuration,
  clock: Clock,
): Promise<SystemStatus> {
  const { rows } = await database.query('select count(*)::int as count from quarantined_callbacks');
  return {
    clock: clock.state(),
    log: await logSize(database),
    merkle_tree: await merkleTree(database, configuration),
    kafka: kafkaSettings(configuration),
    leaders: await leaders(database),
    open_transactions: await openTransactions(database),
    quarantined_callbacks: rows[0].count,
  };
}

async function logSize(database: Database): Promise<LogSize> {
  const { rows } = await database.query(
    `select g.generation, iso_time(g.began_at) as generation_began_at, g.reason as generation_reason,
       coalesce(pg_sequence_last_value('events_position'), 0)::float as events,
       pg_database_size(current_database())::float as database_bytes,
       (select coalesce(json_agg(json_build_object('name', inhrelid::regclass::text,
                 'bytes', pg_total_relation_size(inhrelid)) order by inhrelid), '[]')
          from pg_inherits where inhparent = 'events'::regclass) as partitions
     from (select) one left join (select * from log_generations order by generation desc limit 1) g on true`,
  );
  return { ...rows[0], positions_left: await positionsLeft(database) };
}

async function merkleTree(database: Database, configuration: Configuration): Promise<MerkleTreeStatus | null> {
  const { rows } = await database.query(
    `select tree, size::float, encode(root, 'base64') as root from merkle_state order by tree desc limit 1`,
  );
  if (!rows[0]) return null;
  const policy = witnessPolicyOf(configuration);
  const [signed, witnessed, seconds] = await Promise.all([
    newestSignedCheckpoint(database, rows[0].tree),
    policy.witnesses.length > 0 ? newestWitnessedCheckpoint(database, policy) : undefined,
    unwitnessedSeconds(database, policy),
  ]);
  return {
    ...rows[0],
    signed_size: signed?.head.size ?? null,
    signed_at: signed ? await signedAt(database, signed) : null,
    witnessed_size: witnessed?.head.size ?? null,
    unwitnessed_seconds: seconds,
    quorum: policy.quorum,
    witnesses: policy.witnesses.map(({ vkey, url, verifier }) => ({
      name: verifier.name,
      url: new URL(url).origin,
      has_cosigned: signed?.witnesses.includes(vkey) ?? false,
    })),
  };
}

function kafkaSettings(configuration: Configuration): KafkaSettings {
  const { kafkaBrokers, kafkaTopicPrefix, kafkaTransactions, schemaRegistryUrl } = configuration;
  const topics = [
    ...publishedTopics(configuration),
    logCheckpointTopic,
    ...(kafkaTransactions === 'on' ? [checkpointTopic] : []),
  ];
  return {
    brokers: kafkaBrokers,
    topics: topics.map((topic) => kafkaTopicPrefix + topic),
    transactions: kafkaTransactions === 'on',
    event_bus: schemaRegistryUrl !== undefined,
  };
}
