import { setTimeout as pause } from 'node:timers/promises';
import { CannotLead } from '#event-store';
import type { ReadPosition } from './publisher.js';

/** Which relay wrote a place: this process, and the database server that it reads. */
export type Author = { server: string; relay: string };

/**
 * Hears whether a relay of another server publishes this log, before this one shuts it out: a copy that was restored beside
 * the original must not take over from it.
 */
export class RivalRelays {
  private heard?: { server: string; offset: string; since: number };

  /** `place` reads the newest place in Kafka, and shuts out nobody. A rival counts as gone after `silenceMs`. */
  constructor(
    private readonly place: () => Promise<ReadPosition | undefined>,
    private readonly rivalTimeoutMs: number,
  ) {}

  /** Ends when no other server is heard. Throws CannotLead when one is. */
  async checkAbsent({ server, relay }: Author, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const last = await this.place();
      if (!last?.server || last.server === server || last.relay === relay) return;
      const isBeat = this.heard?.server === last.server && this.heard.offset !== last.offset;
      if (this.heard?.offset !== last.offset)
        this.heard = { server: last.server, offset: last.offset, since: performance.now() };
      if (isBeat)
        throw new CannotLead(
          `The relay of another database server (${last.server}) publishes this log, so this one (${server}) publishes ` +
            'nothing. Stop one of the two: one of the servers is a copy.',
        );
      const leftMs = this.rivalTimeoutMs - (performance.now() - this.heard!.since);
      if (leftMs <= 0) return;
      await pause(Math.min(leftMs, this.rivalTimeoutMs / 10), undefined, { signal });
    }
  }
}
