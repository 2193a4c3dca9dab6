import { EventSourceParserStream } from 'eventsource-parser/stream';
import { ApiError, api, fetchApi, unwrap } from '../../api/client.js';
import { courseApi } from '../../shell/course.js';
import { Board } from './board.js';

/** The service sends something every 15 seconds. */
const silentMs = 40_000;
/** After a longer gap the list is newer and shorter than all that was missed. */
const longestGapMs = 60_000;
/** At most four times a second, however many messages come. */
const renderMs = 250;

export type Connection =
  | { is: 'connecting' | 'live' }
  | { is: 'reconnecting'; since: number; error: unknown }
  | { is: 'failed'; error: unknown };

/** Keeps a board up to date while somebody looks at it, and lets React render each change. */
export class BoardConnection {
  readonly board = new Board();
  connection: Connection = { is: 'connecting' };
  private version = 0;
  private readonly listeners = new Set<() => void>();
  private rendering?: ReturnType<typeof setTimeout>;
  private heardAt = 0;
  private hasList = false;
  private retryNow = () => {};

  constructor(
    private readonly courseId: string,
    /** Is called when the service refuses the user. */
    private readonly onRefused: () => void,
  ) {}

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = () => this.version;
  readonly retry = () => this.retryNow();

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        if (!this.hasList || performance.now() - this.heardAt > longestGapMs) await this.list(signal);
        await this.follow(signal, () => {
          failures = 0;
        });
        throw new ApiError(0, 'The stream ended');
      } catch (error) {
        if (signal.aborted) return;
        this.lose(error);
        await this.rest(failures++, signal);
      }
    }
  }

  private async list(signal: AbortSignal) {
    const path = { courseId: this.courseId };
    this.board.list(
      await unwrap(api.GET('/api/exams/v1/courses/{courseId}/running-attempts', { params: { path }, signal })),
    );
    this.hasList = true;
    this.heardAt = performance.now();
    this.render();
  }

  private async follow(signal: AbortSignal, onOpen: () => void) {
    const silent = new AbortController();
    const either = AbortSignal.any([signal, silent.signal]);
    const { body } = await fetchApi(courseApi(this.courseId, 'running-attempts/changes'), {
      signal: either,
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': this.board.position },
    });
    onOpen();
    this.say({ is: 'live' });
    const watch = setInterval(() => {
      if (performance.now() - this.heardAt > silentMs) silent.abort();
    }, 5_000);
    try {
      const heard = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          this.heardAt = performance.now();
          controller.enqueue(chunk);
        },
      });
      const messages = body!
        .pipeThrough(heard)
        .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
        .pipeThrough(new EventSourceParserStream())
        .getReader();
      for (let next = await messages.read(); !next.done; next = await messages.read()) {
        const { event, data, id } = next.value;
        if (!this.board.apply(event, data, id)) this.hasList = false;
        this.renderSoon();
      }
    } finally {
      clearInterval(watch);
    }
  }

  private lose(error: unknown) {
    if (error instanceof ApiError && error.status === 403) this.onRefused();
    if (!this.hasList && this.board.rows.size === 0) return this.say({ is: 'failed', error });
    const since = this.connection.is === 'reconnecting' ? this.connection.since : Date.now();
    this.say({ is: 'reconnecting', since, error });
  }

  /** Up to half a minute, and a part of it at random, so that not all consoles come back at once. */
  private async rest(failures: number, signal: AbortSignal) {
    const longest = Math.min(1_000 * 2 ** failures, 30_000);
    await new Promise<void>((done) => {
      const timer = setTimeout(done, longest * (1 - Math.random() / 2));
      this.retryNow = () => {
        clearTimeout(timer);
        done();
      };
      signal.addEventListener('abort', this.retryNow, { once: true });
    });
  }

  private say(connection: Connection) {
    this.connection = connection;
    this.render();
  }

  private renderSoon() {
    this.rendering ??= setTimeout(() => this.render(), renderMs);
  }

  private render() {
    clearTimeout(this.rendering);
    this.rendering = undefined;
    this.version++;
    for (const listener of this.listeners) listener();
  }
}
