import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Database, unabortable } from '#connections';
import { AppendListener, attemptChanges, type ChangedAttempt, type Checkpoint, endOfLog } from '#event-store';
import { recentAttemptPolls } from '#read-models';
import { Draining } from '../health/draining.js';
import { HttpAnswer, refused } from '../http/http-answer.js';
import { BoardStates } from './board-states.js';
import { type ChangeStream, message } from './change-stream.js';
import { ChangedRows } from './changed-rows.js';
import { outageLogOf, Rest, regular } from './pace.js';
import { positionText } from './positions.js';
import { noPollFrom } from './running-attempts.answers.js';

/** Between two reads of the log, at least: changes come in groups. */
const restMs = 200;
/** Between two reads of the log, at most. */
const idleMs = 1_000;
const pollsMs = 5_000;
const heartbeatMs = 15_000;
const rightsMs = 10_000;
const mostStreamsOfUser = 20;
const eventsAtOnce = 500;
/** How long readers may take for the rest when the process ends. */
const lastReadMs = 500;
/** Changed attempts that are sent to a reader who comes back. One that missed more lists the attempts again. */
const mostMissed = 2_000;
const missedEvents = 20_000;

/**
 * Sends the readers of this process what changes in the courses that they watch. One loop reads the log for all of them,
 * while there are readers.
 */
@Injectable()
export class CourseChanges implements BeforeApplicationShutdown {
  private readonly log = new Logger('CourseChanges');
  private readonly joining = new Set<ChangeStream>();
  private readonly streams = new Set<ChangeStream>();
  /** The last state of each course, as a message. */
  private readonly states = new Map<string, Buffer>();
  private running?: Promise<void>;
  private readonly rest = new Rest(restMs, idleMs);
  private isEnding = false;

  constructor(
    private readonly database: Database,
    private readonly rows: ChangedRows,
    private readonly boardStates: BoardStates,
    private readonly draining: Draining,
  ) {}

  /** @throws HttpAnswer if the user has too many streams, or if the process ends */
  add(stream: ChangeStream): void {
    if (this.draining.hasBegun) throw refused(503, 'This process ends. Please try again.', { 'Retry-After': '1' });
    if (this.all().filter(({ userId }) => userId === stream.userId).length >= mostStreamsOfUser)
      throw refused(429, 'This user has too many open streams.', { 'Retry-After': '10' });
    stream.beat(); // The reader gets the headers at once.
    this.joining.add(stream);
    stream.once('close', () => this.streams.delete(stream) || this.joining.delete(stream));
    this.start();
    this.rest.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    for (const stream of this.all()) stream.finish();
    this.rest.wake();
    await this.running;
    await pause(this.all().length > 0 ? lastReadMs : 0);
    for (const stream of this.all()) stream.destroy();
  }

  private readonly all = () => [...this.streams, ...this.joining];

  private start(): void {
    // The loop outlives the request that starts it.
    this.running ??= unabortable(() => this.run()).finally(() => {
      this.running = undefined;
      if (this.joining.size > 0 && !this.isEnding) this.start();
    });
  }

  private async run(): Promise<void> {
    const listener = new AppendListener(this.database, this.rest.wake);
    const logOutage = outageLogOf(this.log);
    const regularly = [
      regular(pollsMs, () => this.sendPolls()),
      regular(pollsMs, () => this.refreshStates()),
      regular(rightsMs, () => this.checkRights()),
      regular(heartbeatMs, async () => this.streams.forEach((stream) => void stream.beat())),
    ];
    let position: Checkpoint | undefined;
    while (this.all().length > 0 && !this.isEnding) {
      if (this.draining.hasBegun) for (const stream of this.all()) stream.finish();
      try {
        position = await this.readLog(position ?? (await endOfLog(this.database)));
        await this.join(position);
        for (const work of regularly) await work();
        logOutage();
      } catch (error) {
        logOutage(error as Error);
      }
      await this.rest.take();
    }
    this.states.clear();
    await listener.close();
  }

  /** Sends all changes after a position, and answers the position behind them. */
  private async readLog(after: Checkpoint): Promise<Checkpoint> {
    for (let position = after; ; ) {
      const courses = this.courses();
      const read = await attemptChanges(this.database, position, courses, eventsAtOnce);
      position = read.position;
      if (read.changed.length > 0) {
        const rows = await this.rows.of(read.changed);
        for (const courseId of courses) {
          const changes = rows.get(courseId);
          if (changes) this.send(courseId, message('changes', changes, positionText(position)));
        }
      }
      if (read.isEnd) return position;
    }
  }

  /** New readers get what they missed and the state. The loop has read the log up to `position`. */
  private async join(position: Checkpoint): Promise<void> {
    for (const courseId of new Set([...this.joining].map((stream) => stream.courseId)))
      await this.refreshState(courseId);
    for (const stream of this.joining) {
      const state = this.states.get(stream.courseId);
      if (!state) continue; // It came meanwhile.
      const missed = await this.missedBy(stream);
      if (missed) {
        const changes = (await this.rows.of(missed)).get(stream.courseId);
        const id = positionText(position);
        stream.send(Buffer.from(`id: ${id}\n`), state);
        if (changes) stream.send(message('changes', changes, id));
        this.streams.add(stream);
      } else {
        stream.send(message('reload', {}));
        stream.finish();
      }
      this.joining.delete(stream);
    }
  }

  /** Undefined if it is too much. */
  private async missedBy({ after, courseId }: ChangeStream): Promise<ChangedAttempt[] | undefined> {
    if (!after) return [];
    const { changed, isEnd } = await attemptChanges(this.database, after, [courseId], missedEvents);
    const attempts = new Set(changed.map(({ attemptId }) => attemptId));
    return isEnd && attempts.size <= mostMissed ? changed : undefined;
  }

  private async sendPolls(): Promise<void> {
    // A little longer than the time since the last look: some are visible later than they are recorded.
    const found = await recentAttemptPolls(this.database, this.courses(), (2 * pollsMs) / 1000);
    for (const courseId of this.courses()) {
      const polls = found
        .filter((poll) => poll.courseId === courseId)
        .map(({ attemptId, polledAt }) => ({
          attempt_id: attemptId,
          last_poll_at: polledAt,
          no_poll_from: noPollFrom(Date.parse(polledAt)),
        }));
      if (polls.length > 0) this.send(courseId, message('polls', { polls }));
    }
  }

  private async refreshStates(): Promise<void> {
    for (const courseId of this.courses()) await this.refreshState(courseId);
  }

  private async refreshState(courseId: string): Promise<void> {
    const state = message('state', await this.boardStates.of(courseId));
    if (this.states.get(courseId)?.equals(state)) return;
    this.states.set(courseId, state);
    this.send(courseId, state);
  }

  private async checkRights(): Promise<void> {
    await Promise.all(
      [...this.streams].map(async (stream) => {
        const mayRead = await stream.mayRead().catch((error) => !(error instanceof HttpAnswer && error.status < 500));
        if (!mayRead) stream.finish();
      }),
    );
  }

  private readonly courses = () => [...new Set([...this.streams].map(({ courseId }) => courseId))];

  private send(courseId: string, ...messages: Buffer[]): void {
    for (const stream of this.streams) if (stream.courseId === courseId) stream.send(...messages);
  }
}
