import { Readable } from 'node:stream';
import type { Checkpoint } from '#event-store';

/** A slow reader is cut off at this number of bytes. It comes back with the position of the last message that it read. */
const mostBuffered = 1_000_000;

/** A message as server-sent events write it. */
export const message = (event: string, data: object, id?: string): Buffer =>
  Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

const heartbeat = Buffer.from(':\n\n');

/** The changes of a course's running attempts for one reader. */
export class ChangeStream extends Readable {
  constructor(
    readonly userId: number,
    readonly courseId: string,
    /** The position that the reader has already; undefined if it begins now. */
    public after: Checkpoint | undefined,
    /** Whether the reader may still read. */
    readonly mayRead: () => Promise<boolean>,
  ) {
    super({ highWaterMark: 0 });
  }

  private hasFinished = false;

  override _read(): void {}

  send(...messages: Buffer[]): void {
    if (this.destroyed || this.hasFinished) return;
    for (const each of messages) this.push(each);
    if (this.readableLength > mostBuffered) this.destroy();
  }

  beat(): void {
    this.send(heartbeat);
  }

  /** Ends the stream after what was sent. The reader may come back. */
  finish(): void {
    if (this.destroyed || this.hasFinished) return;
    this.hasFinished = true;
    this.push(null);
  }
}
