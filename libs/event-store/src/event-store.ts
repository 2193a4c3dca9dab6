import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#connections';
import { type Event, Refusal } from '#domain';
import { whenWritable } from './generations.js';
import { GroupCommit } from './group-commit.js';
import { HotHistories } from './hot-histories.js';
import { type Append, type PreparedAppend, prepareAppend } from './prepared-append.js';
import { byStream, headOf, type Metadata, type RecordedEvent, start, verifyStream } from './recorded-event.js';
import { eventColumns, type Write } from './statements.js';
import { type Upcasters, upcast } from './upcasting.js';

/**
 * Makes the rows that are written in the append's own transaction. `history` is the stream before, `appended` the new
 * events. Their `generation`, `position`, `xid` and `recordedAt` are still empty.
 */
export type InlineProjection = (
  stream: string,
  history: readonly RecordedEvent[],
  appended: readonly RecordedEvent[],
) => Write[];

/** Another append to the stream came first: read and decide again. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
}

/** A command with this key was done before. `answer` is its first answer. */
export class AlreadyDone extends Error {
  override readonly name = 'AlreadyDone';
  constructor(readonly answer: unknown) {
    super('This command was done before.');
  }
}

type Transaction = { streams: readonly string[]; metadata: Metadata; key?: string };
type Decide<T> = (historyOf: (stream: string) => readonly RecordedEvent[]) => {
  appends: readonly { stream: string; events: readonly Event[]; metadata?: Metadata }[];
  answer: T;
};

/** How a store differs from the usual one. A class, so that it can be injected. */
export class StoreOptions {
  upcasters?: Upcasters | null;
  /** Called after each append; in a dry run instead of it. */
  onAppend?: (events: readonly RecordedEvent[]) => void;
  /** Nothing is written. */
  dryRun?: boolean;
}

/** Two appends may deadlock when their projections write the same rows. */
const deadlock = '40P01';

/**
 * The append-only log. Each append names the head that it follows. It is written together with its projection, or not at
 * all.
 */
export class EventStore {
  private readonly groupCommit: GroupCommit;
  private readonly hot = new HotHistories((versions) => this.readFrom(versions));
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly inline?: InlineProjection,
    private readonly options: StoreOptions = {},
  ) {
    this.groupCommit = new GroupCommit(database);
  }

  get isDryRun(): boolean {
    return this.options.dryRun ?? false;
  }

  /** A stream's events in version order, upcast to today's shape. */
  async read(stream: string): Promise<RecordedEvent[]> {
    return (await this.readMany([stream])).get(stream)!;
  }

  /** Several streams as of one instant. Each requested stream has an entry. */
  async readMany(streams: readonly string[]): Promise<Map<string, RecordedEvent[]>> {
    const histories = new Map<string, RecordedEvent[]>(streams.map((stream) => [stream, []]));
    // "e.version": a bare "version" would be the cast column, which has no index.
    const text = `select ${eventColumns} from events e where e.stream = any($1) order by e.stream, e.version`;
    const { rows } = await this.database.read<RecordedEvent>({ name: 'read_streams', text, values: [streams] });
    for (const event of rows) histories.get(event.stream)!.push(upcast(event, this.options.upcasters));
    return histories;
  }

  /** Like `readMany`, but reads only the events that this process has not cached. */
  latest(streams: readonly string[]): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    return this.hot.latest(streams);
  }

  private async readFrom(versions: ReadonlyMap<string, number>): Promise<RecordedEvent[]> {
    // The planner cannot see this limit, so it uses the index even for a stream that is most of the table.
    const text = `select ${eventColumns} from unnest($1::text[], $2::bigint[]) as wanted (stream, version), lateral (
      select * from events where events.stream = wanted.stream and events.version >= wanted.version
      order by events.version limit (select 1000000000)) as e order by e.stream, e.version`;
    const values = [[...versions.keys()], [...versions.values()]];
    const { rows } = await this.database.read<RecordedEvent>({ name: 'read_from', text, values });
    return rows.map((event) => upcast(event, this.options.upcasters));
  }

  /** Several streams, each from its beginning up to a version. */
  async readUpTo(versions: ReadonlyMap<string, number>): Promise<Map<string, RecordedEvent[]>> {
    const histories = new Map<string, RecordedEvent[]>([...versions.keys()].map((stream) => [stream, []]));
    const text = `select ${eventColumns} from unnest($1::text[], $2::bigint[]) as wanted (stream, version)
      join events e on e.stream = wanted.stream and e.version <= wanted.version order by e.stream, e.version`;
    const values = [[...versions.keys()], [...versions.values()]];
    const { rows } = await this.database.read<RecordedEvent>({ name: 'read_up_to', text, values });
    for (const event of rows) histories.get(event.stream)!.push(upcast(event, this.options.upcasters));
    return histories;
  }

  /** Says which event of a stream is missing or was changed; undefined when all hashes are right. */
  async verify(stream: string): Promise<string | undefined> {
    return (await this.readVerified(stream)).problem;
  }

  /** A stream's events, and what `verify` says of them. The events of a broken stream are not upcast, which could fail. */
  async readVerified(stream: string): Promise<{ events: RecordedEvent[]; problem?: string }> {
    const { rows } = await this.database.query<RecordedEvent & { head: string | null }>(
      `select ${eventColumns}, encode(s.head_hash, 'hex') as head from (select $1::text as id) as asked
       left join streams s on s.id = asked.id left join events e on e.stream = asked.id order by e.version`,
      [stream],
    );
    const history = rows.filter(({ id }) => id !== null);
    const ends = headOf(history).hash === (rows[0]?.head ?? start.hash);
    const problem =
      verifyStream(history) ?? (ends ? undefined : `${stream} does not end with version ${history.length}`);
    const events = history.map(({ head: _, ...event }) => (problem ? event : upcast(event, this.options.upcasters)));
    return { events, problem };
  }

  /**
   * Appends to one or more streams, all or nothing, and answers the recorded events. Throws VersionConflict when a stream
   * has another head, unless the log already has these events (by id). Throws AlreadyDone when a command with `kept.key` was
   * done before.
   */
  async append(appends: readonly Append[], kept?: { key: string; answer: unknown }): Promise<RecordedEvent[]> {
    const prepared = prepareAppend(appends, this.options.upcasters);
    const { events } = prepared;
    if (events.length === 0 && !kept) return [];
    if (this.isDryRun) {
      this.options.onAppend?.(events);
      return [];
    }
    const command = kept && { key: kept.key, answer: JSON.stringify(kept.answer ?? null) };
    const writes = this.inline ? await this.project(this.inline, prepared) : [];
    try {
      const { generation, xid, recordedAt, positions } = await whenWritable(this.database, () =>
        this.groupCommit.write({ prepared, command, writes }),
      );
      for (const [index, event] of events.entries()) {
        event.generation = generation;
        event.xid = xid;
        event.recordedAt = recordedAt;
        event.position = positions[index]!;
      }
      this.options.onAppend?.(events);
      return events;
    } catch (error) {
      const { code, constraint } = error as { code?: string; constraint?: string };
      if (!['EV409', deadlock].includes(code!) && !['streams_pkey', 'commands_pkey'].includes(constraint!)) throw error;
      const answer = kept && (await this.firstAnswer(kept.key));
      if (answer !== undefined) throw new AlreadyDone(answer);
      const recorded = appends.some((each) => each.events.some(({ id }) => id)) && (await this.recordedBefore(events));
      if (recorded) return recorded;
      throw new VersionConflict(`${[...prepared.streams.keys()].join(', ')}: somebody else was faster`);
    }
  }

  /** Reads streams ahead of a `transact`, unless this process has cached them. */
  async warm(streams: readonly string[]): Promise<void> {
    if (!this.hot.cached(streams)) await this.hot.latest(streams);
  }

  /** The answer of the command with this key; undefined when there was none. */
  async firstAnswer(key: string): Promise<unknown | undefined> {
    const { rows } = await this.database.read({
      name: 'first_answer',
      text: 'select answer from commands where key = $1',
      values: [key],
    });
    return rows[0]?.answer;
  }

  /**
   * Reads streams, decides and appends. Starts over, up to 10 times, when another append came first. A repeated `key` gets
   * the first answer and no events, even if the decision would be refused now. The first try uses cached histories: an
   * append to every stream that the decision read proves that none of them was out of date.
   */
  transact<T>(options: Transaction, decide: Decide<T>): Promise<{ answer: T; events: RecordedEvent[] }> {
    return this.inTurn(options.streams[0], async () => {
      const cached = this.hot.cached(options.streams);
      const done = cached && (await this.attempt(options, decide, cached, true));
      if (done) return done;
      for (let attempt = 1; ; attempt++) {
        try {
          return (await this.attempt(options, decide, await this.hot.latest(options.streams), false))!;
        } catch (error) {
          if (error instanceof Refusal && options.key !== undefined) {
            const answer = await this.firstAnswer(options.key);
            if (answer !== undefined) return { answer: answer as T, events: [] };
          }
          if (!(error instanceof VersionConflict) || attempt === 10) throw error;
          await pause(Math.random() * 10 * attempt);
        }
      }
    });
  }

  /** Undefined when the histories may be out of date and the outcome depends on that. */
  private async attempt<T>(
    { metadata, key }: Transaction,
    decide: Decide<T>,
    histories: ReadonlyMap<string, RecordedEvent[]>,
    mayBeStale: boolean,
  ): Promise<{ answer: T; events: RecordedEvent[] } | undefined> {
    const used = new Set<string>();
    const historyOf = (stream: string) => {
      const history = histories.get(stream);
      if (!history) throw new Error(`${stream} is not among the streams of this transaction`);
      used.add(stream);
      return history;
    };
    try {
      const { appends, answer } = decide(historyOf);
      for (const { stream, events } of appends) if (events.length > 0) used.delete(stream);
      if (mayBeStale && used.size > 0) return undefined;
      const events = await this.append(
        appends.map((each) => {
          const history = historyOf(each.stream);
          return { ...each, metadata: each.metadata ?? metadata, history, after: headOf(history) };
        }),
        key === undefined ? undefined : { key, answer },
      );
      for (const [stream, appended] of byStream(events)) this.hot.extend(stream, histories.get(stream)!, appended);
      return { answer, events };
    } catch (error) {
      if (error instanceof AlreadyDone) return { answer: error.answer as T, events: [] };
      if (mayBeStale && (error instanceof Refusal || error instanceof VersionConflict)) return undefined;
      if (!(error instanceof Refusal)) for (const stream of histories.keys()) this.hot.drop(stream);
      throw error;
    }
  }

  /** Commands of this process for one stream run one after the other, so that they do not conflict. */
  private async inTurn<T>(stream: string | undefined, work: () => Promise<T>): Promise<T> {
    if (stream === undefined) return work();
    const before = this.turns.get(stream);
    const turn = before ? before.then(work, work) : work();
    this.turns.set(stream, turn);
    try {
      return await turn;
    } finally {
      if (this.turns.get(stream) === turn) this.turns.delete(stream);
    }
  }

  private async project(inline: InlineProjection, { streams }: PreparedAppend): Promise<Write[]> {
    const writes: Write[] = [];
    for (const [stream, { after, history, events }] of streams) {
      const before = history ?? (after.version === 0 ? [] : (await this.read(stream)).slice(0, after.version));
      writes.push(...inline(stream, before, events));
    }
    return writes;
  }

  private async recordedBefore(events: readonly RecordedEvent[]): Promise<RecordedEvent[] | undefined> {
    const histories = await this.readMany([...new Set(events.map(({ stream }) => stream))]);
    const recorded = events.map(({ stream, version, id }) => {
      const event = histories.get(stream)![version - 1];
      return event?.id === id ? event : undefined;
    });
    return recorded.length > 0 && recorded.every((event) => event !== undefined) ? recorded : undefined;
  }
}
