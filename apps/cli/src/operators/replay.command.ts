import { Command, Option } from 'nest-commander';
import { eventsOfAttempt } from '#audit';
import type { Dependencies } from '#delivery';
import { EventStore, type RecordedEvent, replay, Undeliverable } from '#event-store';
import { keyOf, Relay } from '#integration';
import { streamOfAttempt } from '#read-models';
import { isOutputClosed } from '../output.js';
import { idOf, nameOf, OperatorCommand, type OperatorOptions, timeOf } from './operator.command.js';
import { UsageError } from './strict.command.js';
import { printRows } from './tasks.js';

type Which = { attempt?: number; stream?: string; user?: number; course?: string; from?: string; until?: string };
type Options = OperatorOptions & Which & { publish?: boolean; live?: boolean };

@Command({
  name: 'replay',
  description:
    'Print events and verify their streams; or with --publish, publish their messages again to Kafka, in separate topics (<topic>.replay)',
})
export class ReplayCommand extends OperatorCommand {
  run(_: string[], { publish, live, json, dryRun, operator, ...which }: Options) {
    const ways = [which.attempt, which.stream, which.user, which.from ?? which.until];
    if (ways.filter((way) => way !== undefined).length !== 1)
      throw new UsageError(
        'Say which: --attempt ID, --stream NAME, --user ID [--course ID], or --from TIME and --until TIME.',
      );
    if (which.course && !which.user) throw new UsageError('--course goes with --user.');
    if (live && !publish) throw new UsageError('--live goes with --publish.');
    const work = async ({ database, configuration, events }: Dependencies) => {
      // Events are printed as they are stored, so that an event that cannot be upcast is shown, too.
      if (!publish)
        return print(
          events,
          this.find(database, new EventStore(database, undefined, { upcasters: null }), which, null),
          json,
        );
      const found = this.find(database, events, which);
      if (configuration.kafkaBrokers.length === 0) throw new Error('KAFKA_BROKERS is not set.');
      const relay = new Relay(database, configuration);
      const into = live ? 'live' : 'replay';
      const publishing = async () => {
        const published = { events: 0, messages: 0 };
        const undeliverable = new Map<string, string>();
        for await (const batch of found) {
          published.events += batch.length;
          if (!dryRun) published.messages += await publishOf(relay, batch, into, undeliverable);
        }
        if (undeliverable.size === 0) return published;
        throw new Error(
          `${published.messages} messages are published, but not: ${[...undeliverable.values()].join('; ')}`,
        );
      };
      await this.runTasks({ json, dryRun }, [{ about: { ...which, into }, work: publishing }]);
    };
    return this.withCommands({ operator }, work, which);
  }

  @Option({ flags: '--attempt <id>', description: 'the events of an attempt; it may be removed' })
  attempt(text: string) {
    return idOf('--attempt', text);
  }

  @Option({ flags: '--stream <name>', description: 'the events of a stream, such as attempts-1-2, exam-1, learner-2' })
  stream(text: string) {
    return nameOf('--stream', text);
  }

  @Option({ flags: '--user <id>', description: 'all events of a learner' })
  user(text: string) {
    return idOf('--user', text);
  }

  @Option({ flags: '--course <id>', description: 'the events of that learner in this course' })
  course(text: string) {
    return nameOf('--course', text);
  }

  @Option({ flags: '--from <time>', description: 'events that were recorded then or later' })
  from(text: string) {
    return timeOf('--from', text);
  }

  @Option({ flags: '--until <time>', description: 'events that were recorded before' })
  until(text: string) {
    return timeOf('--until', text);
  }

  @Option({ flags: '--publish', description: 'publish to Kafka, in <topic>.replay' })
  publish() {
    return true;
  }

  @Option({ flags: '--live', description: 'publish in the live topics instead' })
  live() {
    return true;
  }

  private async *find(
    database: Parameters<typeof replay>[0],
    events: EventStore,
    { attempt, stream: named, user, course, from, until }: Which,
    upcasters?: null,
  ): AsyncGenerator<RecordedEvent[]> {
    if (attempt !== undefined || named !== undefined) {
      const stream = named ?? (await streamOfAttempt(database, String(attempt)))?.stream;
      const history = stream === undefined ? [] : await events.read(stream);
      if (history.length === 0) throw new Error(`There is no ${named ? `stream ${named}` : `attempt ${attempt}`}.`);
      return yield attempt === undefined ? history : eventsOfAttempt(attempt, history);
    }
    for await (const batch of replay(database, { batch: 500, upcasters })) {
      const wanted = batch.filter(
        ({ metadata, recordedAt }) =>
          (user === undefined || metadata.userId === user) &&
          (course === undefined || metadata.courseId === course) &&
          (from === undefined || recordedAt >= from) &&
          (until === undefined || recordedAt < until),
      );
      if (wanted.length > 0) yield wanted;
    }
  }
}

/** An event that cannot be published holds up its ordering key alone. `undeliverable` keeps the reason for each key. */
async function publishOf(
  relay: Relay,
  events: readonly RecordedEvent[],
  into: 'live' | 'replay',
  undeliverable: Map<string, string>,
): Promise<number> {
  const left = events.filter(({ metadata }) => !undeliverable.has(keyOf(metadata)));
  try {
    return await relay.republish(left, into);
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    undeliverable.set(keyOf(error.event.metadata), error.message);
    return publishOf(relay, left, into, undeliverable);
  }
}

/** Prints all events, then throws if a stream of theirs is broken. */
async function print(events: EventStore, found: AsyncIterable<RecordedEvent[]>, json?: boolean) {
  const streams = new Set<string>();
  for await (const batch of found) {
    if (isOutputClosed()) return;
    const inShort = batch.map(({ stream, version, recordedAt, type, metadata: { actor } }) => {
      return { stream, version, recordedAt, type, by: actor };
    });
    printRows(json ? batch : inShort, { json });
    for (const { stream } of batch) streams.add(stream);
  }
  const problems: string[] = [];
  for (const stream of streams) {
    const problem = await events.verify(stream);
    if (problem) problems.push(problem);
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
