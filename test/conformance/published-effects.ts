import { setTimeout as pause } from 'node:timers/promises';
import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { loadConfiguration, poolOptions } from '../../libs/configuration/src/index.js';
import { Database } from '../../libs/connections/src/index.js';
import { lagOf } from '../../libs/event-store/src/index.js';
import { Relay, relayName, topics } from '../../libs/integration/src/index.js';
import type { Effect } from './effects.js';
import { effectOf, effectsOf } from './service.effects.js';

type Admin = ReturnType<Kafka['admin']>;

/** Runs the relay of a service, and collects the effects that a consumer finds in its topics. */
export class PublishedEffects {
  private readonly end = new AbortController();
  private readonly effects: Effect[] = [];
  /** The next offset of the consumer, by topic and partition. */
  private readonly read = new Map<string, bigint>();
  private running!: Promise<void>;

  private constructor(
    private readonly pool: Database,
    private readonly relay: Relay,
    private readonly admin: Admin,
    private readonly consumer: Consumer,
    private readonly prefix: string,
  ) {}

  static async start(databaseUrl: string, brokers: string): Promise<PublishedEffects> {
    const pool = new Database(poolOptions(databaseUrl, { max: 3 }));
    const kafkaTopicPrefix = `conformance-${process.pid}-`;
    // Without transactions each offset belongs to a message, so the offsets show when all messages have arrived.
    const environment = { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: kafkaTopicPrefix, KAFKA_TRANSACTIONS: 'off' };
    const relay = new Relay(pool, loadConfiguration(environment));
    const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
    const [admin, consumer] = [kafka.admin(), kafka.consumer({ groupId: kafkaTopicPrefix })];
    const published = new PublishedEffects(pool, relay, admin, consumer, kafkaTopicPrefix);
    await published.listen();
    return published;
  }

  /** The effects of that time or later, as soon as all messages have arrived. */
  async since(time: number): Promise<Effect[]> {
    await until(() => this.allHasArrived(), 'Messages of the service did not arrive');
    return this.effects.filter(({ at }) => at >= time);
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.running;
    await this.consumer.disconnect();
    await this.admin.deleteTopics({ topics: this.names });
    await Promise.all([this.admin.disconnect(), this.relay.close(), this.pool.end()]);
  }

  private get names(): string[] {
    return topics.map(({ name }) => this.prefix + name);
  }

  private async listen() {
    await this.admin.connect();
    // The relay creates the topics with the first message. The consumer needs them before.
    await this.admin.createTopics({
      topics: this.names.map((topic) => ({ topic, numPartitions: 6 })),
      waitForLeaders: false, // kafkajs gives up too soon if the broker is slow
    });
    const exist = () => this.offsets().then(Boolean, () => false);
    await until(exist, 'The topics were not created');
    const handle = this.relay.handle.bind(this.relay);
    this.relay.handle = async (events) => {
      await handle(events);
      this.effects.push(...events.flatMap(effectsOf));
    };
    this.running = this.relay.run(this.end.signal);
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: this.names, fromBeginning: true });
    await this.consumer.run({
      eachMessage: async ({ topic, partition, message }) => {
        const texts = Object.entries(message.headers ?? {}).map(([name, text]) => [name, String(text)]);
        const effect = effectOf(
          topic.slice(this.prefix.length),
          Object.fromEntries(texts),
          JSON.parse(`${message.value}`),
        );
        if (effect) this.effects.push(effect);
        this.read.set(`${topic} ${partition}`, BigInt(message.offset) + 1n);
      },
    });
  }

  private async allHasArrived(): Promise<boolean> {
    if ((await lagOf(this.pool, relayName)).events > 0) return false;
    return (await this.offsets()).every(
      ({ topic, partition, high }) => BigInt(high) <= (this.read.get(`${topic} ${partition}`) ?? 0n),
    );
  }

  private async offsets() {
    const offsetsOf = async (topic: string) =>
      (await this.admin.fetchTopicOffsets(topic)).map((offsets) => ({ topic, ...offsets }));
    return (await Promise.all(this.names.map(offsetsOf))).flat();
  }
}

async function until(isTrue: () => Promise<boolean>, message: string) {
  for (const deadline = Date.now() + 60_000; !(await isTrue()); await pause(20))
    if (Date.now() > deadline) throw new Error(`${message} within a minute.`);
}
